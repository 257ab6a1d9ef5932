import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  bundleWorkflowCode,
  DefaultLogger,
  type WorkflowBundle,
  type WorkflowBundleOption,
} from "@temporalio/worker";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Folders whose code can be part of a workflow. */
const SOURCES = ["workflows", "core"];
const CACHE = join(ROOT, "node_modules", ".cache", "holt");

/**
 * The workflows as one file, for workers and for replay: the same code gives the same file, which is built once and
 * kept under the digest of its sources and the SDK's version. Two that build it at the same time don't disturb each other.
 * Where `cache` can't be written (an installation that belongs to another user), it is built each time.
 */
export async function workflowBundle(cache = CACHE): Promise<WorkflowBundleOption> {
  const codePath = join(cache, `workflows-${await digestOfSources()}.js`);
  if (await readFile(codePath).catch(() => undefined)) return { codePath };
  const bundle = await bundleWorkflows(ROOT);
  return (await keep(codePath, bundle)) ? { codePath } : bundle;
}

/** Whether it could be written. */
async function keep(codePath: string, { code }: WorkflowBundle): Promise<boolean> {
  const unfinished = `${codePath}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(codePath), { recursive: true });
    await writeFile(unfinished, code);
    await rename(unfinished, codePath);
    return true;
  } catch {
    await rm(unfinished, { force: true }).catch(() => undefined);
    return false;
  }
}

/** The same of another checkout, built each time. */
export function bundleWorkflows(root: string): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath: join(root, "workflows", "index.ts"),
    payloadConverterPath: join(root, "workflows", "payload-converter.ts"),
    logger: new DefaultLogger("WARN"), // webpack's statistics are of no use to anybody
  });
}

async function digestOfSources(): Promise<string> {
  const hash = createHash("sha256")
    .update(sdkVersion())
    .update(await readFile(import.meta.filename));
  for (const folder of SOURCES) {
    const names = await readdir(join(ROOT, folder), { recursive: true });
    for (const name of names.filter(isSource).sort())
      hash.update(`\0${folder}/${name}\0`).update(await readFile(join(ROOT, folder, name)));
  }
  return hash.digest("hex").slice(0, 32);
}

function isSource(name: string): boolean {
  return name.endsWith(".ts") && !name.endsWith(".test.ts");
}

function sdkVersion(): string {
  const { version } = createRequire(import.meta.url)("@temporalio/worker/package.json") as {
    version: string;
  };
  return version;
}
