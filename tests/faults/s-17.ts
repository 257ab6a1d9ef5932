import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../../activities/command/run-process.ts";
import { issueToken, SET_UP } from "../../operations/people.ts";
import { sha256 } from "../../store/digest.ts";
import { addActor } from "../support/actors.ts";
import type { TestServer } from "../support/server-at.ts";
import { linkArtifacts, readLinks, swapSources, swapStore } from "./linked-places.ts";
import { askServer, askStore, type Came, nameThings, readSource } from "./path-places.ts";
import { pathTricks, SECRET } from "./path-tricks.ts";
import type { FaultContext, FaultRow } from "./row.ts";

const CANARY = "CANARY-5d1f7c";
/** Of so many texts, one at least leads a careless reader to the secret. */
const LIVE_OF = 4;
const TTL_MS = 3_600_000;
/** Where nothing may come, and from where nothing. */
const OUTSIDE = [".", "web-not", "files-not", "elsewhere"];

/** Texts that lead out of a folder, at every place where text could become a path; links and swaps at those that have files. */
export const s17: FaultRow = {
  id: "S-17",
  title: "Ways out of a folder in addresses, ids, names and sources; links, second names and swaps",
  bound: "no byte of a file outside comes, none goes there",
  counts: { quick: 60, full: 400 },
  async run(context) {
    const { root, files, web, artifacts } = await makeFolders(context);
    const database = await context.database();
    const server = await context.server(database, { webFolder: web });
    const admin = await addActor({ database }, "admin");
    const { token } = await issueToken({ database }, SET_UP, { name: admin.name, ttlMs: TTL_MS });
    await server.app.listen({ host: "127.0.0.1", port: 0 });
    const texts = pathTricks(root, context.n, context.random);
    const before = await standing(root);
    const came: Came[] = [];
    let careless = 0;
    for (const text of texts) {
      came.push(...(await askServer(server, token, text)));
      came.push(
        ...(await readSource(files, text)),
        ...(await askStore(artifacts, text)),
        ...nameThings(files, text),
      );
      if (await leadsOut(root, text)) careless += 1;
    }
    came.push(...(await linkArtifacts(artifacts, join(root, SECRET))));
    came.push(...(await swapStore(artifacts, join(root, "elsewhere"), context.n)));
    const after = await standing(root);
    came.push(...(await readLinks(files, join(root, "files-not", SECRET))));
    came.push(...(await swapSources(files, join(root, "files-not", SECRET), context.n)));
    return {
      n: came.length,
      failures: [
        ...came.flatMap(faultsOf),
        ...(before === after ? [] : [`what stands outside changed:\n${before}\n${after}`]),
        ...(careless * LIVE_OF < texts.length ? [`only ${careless} texts lead a careless reader out`] : []),
        ...(await commandFaults(files, join(root, SECRET))),
        ...(await ownFaults(server, token, files)),
      ],
    };
  },
};

async function makeFolders(context: FaultContext) {
  const root = await context.folder();
  const made = {
    root,
    files: join(root, "files"),
    web: join(root, "web"),
    artifacts: join(root, "artifacts"),
  };
  for (const folder of ["files", "web/assets/x", "artifacts", ...OUTSIDE])
    await mkdir(join(root, folder), { recursive: true });
  for (const folder of [".", "web-not", "files-not"])
    await writeFile(join(root, folder, SECRET), `item_id\n${CANARY}\n`);
  await writeFile(join(made.files, "own.csv"), "item_id\nown\n");
  await writeFile(join(made.web, "index.html"), "<!doctype html><title>Holt</title>");
  await writeFile(join(made.web, "assets", "own.js"), "export {};");
  return made;
}

/** All that stands where nothing may change, by name and content. */
async function standing(root: string): Promise<string> {
  const lines: string[] = [];
  for (const folder of [...OUTSIDE, "web", "web/assets", "web/assets/x"])
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      lines.push(entry.isFile() ? `${path} ${sha256(await readFile(join(root, path)))}` : path);
    }
  return lines.sort().join("\n");
}

function faultsOf({ place, said, fault }: Came): string[] {
  return [
    ...(said.includes(CANARY) ? [`${place}: gives what the secret says`] : []),
    ...(fault === undefined ? [] : [`${place}: ${fault}`]),
  ];
}

/** Whether somebody would be led out who trusts the text, and decodes or tidies it to be kind. */
async function leadsOut(root: string, text: string): Promise<boolean> {
  const decoded = (written: string) => {
    try {
      return decodeURIComponent(written);
    } catch {
      return written;
    }
  };
  const twice = decoded(decoded(text));
  const kind = [text, twice, decoded(twice), twice.normalize("NFKC"), text.replaceAll("../", "")].flatMap(
    (path) => [
      path,
      path.replaceAll("\\", "/"),
      path.replaceAll(/;[^/]*/g, ""),
      path.replaceAll(/[\0\s?#].*?(?=\/|$)/g, ""),
    ],
  );
  for (const folder of ["files", "web/assets", "web/assets/x"])
    for (const path of new Set(kind)) {
      const read = await readFile(join(root, folder, path), "utf8").catch(() => "");
      if (read.includes(CANARY)) return true;
    }
  return false;
}

/** What docs/security.md says of commands: they run in the definition's folder, as the worker's user, and read what it reads. */
async function commandFaults(folder: string, secret: string): Promise<string[]> {
  const script = `console.log(JSON.stringify([process.cwd(), process.getuid?.(), require("fs").readFileSync(process.argv[1], "utf8")]))`;
  let printed = "";
  await runProcess(
    {
      place: "steps.x.command",
      command: [process.execPath, "-e", script, secret],
      folder,
      env: {},
      timeoutMs: 30_000,
    },
    { signal: new AbortController().signal, onLine: (line) => (printed += line) },
  );
  const [cwd, user, read] = JSON.parse(printed) as [string, number | undefined, string];
  const told = cwd === folder && user === process.getuid?.() && read.includes(CANARY);
  return told ? [] : [`a command ran in ${cwd} as ${user}, which docs/security.md does not say`];
}

/** What stands within is given, or the row would see nothing. */
async function ownFaults(server: TestServer, token: string, folder: string): Promise<string[]> {
  const pages = await askServer(server, token, "own.js");
  const page = pages.some(({ place, said }) => place === "GET /assets/own.js" && said.includes("export {}"));
  const source = (await readSource(folder, "./x/../own.csv")).every(({ said }) => said.includes("own"));
  return [
    ...(page ? [] : ["the server does not give its own file"]),
    ...(source ? [] : ["a source of the folder itself cannot be read"]),
  ];
}
