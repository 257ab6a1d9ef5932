import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorkflowBundle } from "@temporalio/worker";
import { bundleWorkflows } from "../../workers/bundle.ts";
import type { Mutant } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The workflows with the mutant's change, bundled from a copy of today's source. @throws the source has no such place */
export async function bundleMutant({ what, file, from, to, imports = "" }: Mutant): Promise<WorkflowBundle> {
  const root = await mkdtemp(join(tmpdir(), "holt-mutant-"));
  try {
    for (const folder of ["workflows", "core"])
      await cp(join(ROOT, folder), join(root, folder), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(root, "node_modules"));
    await symlink(join(ROOT, "package.json"), join(root, "package.json"));
    const path = join(root, "workflows", file);
    const parts = (await readFile(path, "utf8")).split(from);
    if (parts.length !== 2)
      throw new Error(
        `mutant "${what}": workflows/${file} has "${from}" ${parts.length - 1} times, not once; write it anew`,
      );
    await writeFile(path, imports + parts.join(to));
    return await bundleWorkflows(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
