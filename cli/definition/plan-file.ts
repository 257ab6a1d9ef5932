import { readFile } from "node:fs/promises";
import { type ExperimentSettings, experimentSchema } from "../../core/definition-experiment.ts";
import { InvalidInput } from "../../core/errors.ts";
import { describeFault } from "../../core/faults.ts";
import { findSchemaFaults } from "../../core/schema-faults.ts";

/** An experiment's plan from a JSON file. @throws {InvalidInput} no such file, no JSON, or settings that are none */
export async function readPlan(file: string): Promise<ExperimentSettings> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "does not exist" : `could not be read (${error.code})`;
    throw new InvalidInput(`plan "${file}": ${why}; name another with --file`);
  });
  const written = parsed(text, file);
  const faults = findSchemaFaults(experimentSchema, written);
  if (faults.length > 0)
    throw new InvalidInput(faults.map((fault) => `${file}: ${describeFault(fault)}`).join("\n"));
  return experimentSchema.parse(written);
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInput(`plan "${file}": is not JSON (${(error as Error).message}); mend it`);
  }
}
