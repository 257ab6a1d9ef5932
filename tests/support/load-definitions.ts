/** Loads each file that it is given as `holt apply` does, and prints what was said: one process for many mistakes. */
import { loadDefinition } from "../../cli/definition/load.ts";

const said: Record<string, string> = {};
for (const file of process.argv.slice(2))
  said[file] = await loadDefinition(file).then(
    ({ digest }) => digest,
    (error: Error) => `${error.name}: ${error.message}`,
  );
process.stdout.write(JSON.stringify(said));
