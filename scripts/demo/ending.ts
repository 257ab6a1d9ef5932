import { drawTable } from "../../cli/print/table.ts";
import type { MemoryWatch } from "./memory.ts";
import type { Stage } from "./stage.ts";

/** Ends with figures of this demo, and what a person could try next. */
export async function showEnd(stage: Stage, startedAt: number, memory: MemoryWatch): Promise<void> {
  const { narrator } = stage;
  const seconds = (Date.now() - startedAt) / 1_000;
  const setUp = process.env["HOLT_SETUP_TOOK"];
  narrator.say(`The demo took ${seconds.toFixed(0)} s${setUp ? `, after ${setUp} of set-up` : ""}.`);
  const peaks = [...(await memory.stop())];
  if (peaks.some(([, { own }]) => own > 0)) {
    narrator.say("Peak memory:");
    narrator.show(
      drawTable(
        ["part", "MB", "its largest child, MB"],
        peaks.map(([part, { own, child }]) => [part, Math.round(own), child > 0 ? Math.round(child) : ""]),
      ),
    );
  }
  narrator.chapter("What to try next");
  narrator.show(
    [
      "npm run holt -- dev               start all parts again; then, in another terminal:",
      "npm run holt -- sign-in           open the pages",
      "npm run holt -- history movies    what was live when, by whose decision",
      'npm run holt -- rollback movies --reason "trying it"',
      "npm run holt -- experiment list   what was compared, and how it ended",
      "npm run holt -- incidents         the one about the titles is still open",
      "README.md, Five minutes           change the definition, and review what comes of it yourself",
      "npm run demo                      the same again, in seconds: what did not change is reused",
    ].join("\n"),
  );
}
