import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { DefinitionInput } from "../../core/definition.ts";
import { issueToken, SET_UP } from "../../operations/people.ts";
import { type HoltEnv, holt } from "./holt.ts";
import type { HoltEnd } from "./holt-here.ts";
import { asLogin } from "./logins.ts";
import { smallModel } from "./small-model.ts";
import { openStage, type Stage } from "./stage.ts";
import { startWorkers } from "./workers.ts";

/** A stage with workers, where people work through the `holt` command from the folder of the definition. */
export interface HoltStage extends Stage {
  asEngineer(...args: string[]): Promise<HoltEnd>;
  asReviewer(...args: string[]): Promise<HoltEnd>;
  /** Runs a command that must end well with JSON, and returns that. */
  json<T>(...args: string[]): Promise<T>;
  env(name: "erin" | "rita"): Promise<HoltEnv>;
  writeDefinition(change?: Partial<DefinitionInput>): Promise<void>;
}

export async function openHoltStage(): Promise<HoltStage> {
  const stage = await openStage();
  const stopWorkers = await startWorkers(stage);
  const env = async (name: string): Promise<HoltEnv> => ({
    DATABASE_URL: asLogin(stage.database.url, "server"),
    TEMPORAL_ADDRESS: stage.temporalAddress,
    TEMPORAL_NAMESPACE: stage.namespace,
    HOLT_ARTIFACTS: stage.artifactsFolder,
    HOLT_TOKEN: (
      await issueToken({ database: stage.database }, SET_UP, { name, ttlMs: 3_600_000, label: "test" })
    ).token,
  });
  const [erin, rita] = [await env("erin"), await env("rita")];
  const asEngineer = (...args: string[]) => holt(args, erin, stage.files);
  const opened: HoltStage = {
    ...stage,
    env,
    asEngineer,
    asReviewer: (...args) => holt(args, rita, stage.files),
    async json<T>(...args: string[]) {
      const end = await asEngineer(...args, "--json");
      expect({ ...end, stdout: "" }).toEqual({ code: 0, stdout: "", stderr: "" });
      return JSON.parse(end.stdout) as T;
    },
    async writeDefinition(change) {
      const file = join(stage.files, "holt.config.ts");
      await writeFile(file, `export default ${JSON.stringify(smallModel(change), null, 2)};\n`);
    },
    async close() {
      await stopWorkers();
      await stage.close();
    },
  };
  await opened.writeDefinition();
  return opened;
}
