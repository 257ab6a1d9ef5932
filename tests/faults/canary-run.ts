import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DefinitionInput } from "../../core/definition.ts";
import { findStep } from "../../db/steps.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import type { Stage } from "../support/open-stage.ts";
import { start, type TestRun, untilRun, untilStep } from "../support/runs.ts";
import { smallModel } from "../support/small-model.ts";
import { until } from "../support/until.ts";
import type { Canaries } from "./canaries.ts";

const AT_S = 1_700_000_000;
const ITEMS_OF_USER = 12;
/** Nobody listens there, so that sending fails, with the secret at hand. */
export const NOBODY = "127.0.0.1:9";

/** Plants the canaries of the data: in rows that are read, set aside, unread, quoted by errors, and printed. */
export async function plantData(stage: Stage, canaries: Canaries): Promise<void> {
  const { user, item, title, setAside, unread, castText, foundRow, printed, complaint } = canaries;
  const rows = Array.from(
    { length: ITEMS_OF_USER },
    (_, at) => `${user.text},i${String(at).padStart(2, "0")},${AT_S + at}`,
  );
  const ratings = [
    ...rows,
    ...Array.from({ length: 5 }, (_, at) => `p0${at},${item.text},${AT_S + at}`),
    `${setAside.text},i01,never`,
  ];
  await append(join(stage.files, "ratings.csv"), ratings);
  const titles = join(stage.files, "titles.csv");
  const [heading, ...items] = (await readFile(titles, "utf8")).trim().split("\n");
  const more = [`${item.text},${title.text}`, `x1,${castText.text}`, `x2,${foundRow.text}`];
  const lines = [...items, ...more].map((line) => `${line},${unread.text}`);
  await writeFile(titles, `${heading},note\n${lines.join("\n")}\n`);
  await writeFile(join(stage.files, "words.txt"), `${printed.text}\n`);
  await writeFile(
    join(stage.files, "fails.mjs"),
    `process.stderr.write("${complaint.text}\\n");\nprocess.exit(3);\n`,
  );
}

async function append(file: string, lines: readonly string[]): Promise<void> {
  await writeFile(file, `${(await readFile(file, "utf8")).trim()}\n${lines.join("\n")}\n`);
}

/** A model whose steps print, and whose reviewers are told by mail and Slack. */
export function canaryModel({ user }: Canaries): Partial<DefinitionInput> {
  const { steps, qa } = smallModel();
  return {
    steps: { ...steps, prints: { command: ["cat", "words.txt"], reads: ["titles"] } },
    qa: { ...qa, preview: ["p01", user.text] },
    review: { notify: { slack: { channel: "#models" }, mail: { from: "holt@films.example" } } },
  };
}

/** The same with steps that fail, each quoting data: PostgreSQL's error, a data test's rows, a command's words. */
export function failingModel(canaries: Canaries): Partial<DefinitionInput> {
  const model = canaryModel(canaries);
  return {
    ...model,
    steps: {
      quotes: { sql: "select title::int from {{ titles }} where item_id = 'x1'", expect: "no rows" },
      finds: { sql: "select title from {{ titles }} where item_id = 'x2'", expect: "no rows" },
      fails: { command: [process.execPath, "fails.mjs"], reads: ["titles"] },
    },
  };
}

export async function untilReview(stage: Stage, runKey: string): Promise<TestRun> {
  const run = await start(stage, { runKey });
  await untilRun(stage, run, "waiting_for_review");
  return run;
}

/** Starts the failing model and waits until all three have failed with their words kept; the round to answer. */
export async function untilFailed(stage: Stage, runKey: string): Promise<{ run: TestRun; round: number }> {
  const run = await start(stage, { runKey });
  const { db } = stage.database;
  await untilStep(stage, run, "step:finds", "needs_attention");
  await until("the failed command's words", async () =>
    (await findStep(db, { runId: run.runId, step: "step:fails" }))?.log_tail?.includes("canary"),
  );
  const { round } = await untilStep(stage, run, "step:quotes", "needs_attention");
  return { run, round };
}

export async function digestsOf(stage: Stage, { runId }: TestRun) {
  const { releaseDigest, reportDigest } = await getReviewDetail(stage.database.db, runId);
  return { releaseDigest, reportDigest };
}
