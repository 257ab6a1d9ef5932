/** Texts in the rows of a database, and what real processes make of them. */
import type { Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { issueToken, SET_UP } from "../../operations/people.ts";
import { holt } from "../support/holt.ts";
import { asLogin } from "../support/logins.ts";
import { addPageData, type PageData } from "../support/page-data.ts";
import type { FaultContext } from "./row.ts";

/** Texts that stand in one database: as many as a page of a report may have. */
const AT_ONCE = 75;
/** Of so many texts one is an argument of a command. */
const ARGUMENT_EVERY = 25;
const TTL_MS = 3_600_000;

export interface CommandEnd {
  command: readonly string[];
  /** null: it hung, and was killed. */
  code: number | null;
  output: string;
  json: boolean;
  /** Texts that its JSON must have. */
  tells: readonly string[];
}

/** Plants the texts, and runs every command that shows them. */
export async function runPlanted(context: FaultContext, texts: readonly string[]): Promise<CommandEnd[]> {
  const ends: CommandEnd[] = [];
  for (let from = 0; from < texts.length; from += AT_ONCE)
    ends.push(...(await runOn(context, texts.slice(from, from + AT_ONCE))));
  return ends;
}

async function runOn(context: FaultContext, texts: readonly string[]): Promise<CommandEnd[]> {
  const database = await context.database();
  const server = await context.server(database);
  const { runs, people } = await addPageData(server.operations, server.artifacts);
  const kept = texts.map(storable);
  await plant(database.db, kept, { runs, reviewer: people.reviewer.personId });
  const { token } = await issueToken({ database }, SET_UP, { name: "rita", ttlMs: TTL_MS });
  const env = { DATABASE_URL: asLogin(database.url, "server"), HOLT_TOKEN: token };
  const end = async (
    command: string[],
    json: boolean,
    tells: readonly string[] = [],
  ): Promise<CommandEnd> => {
    const { code, stdout, stderr } = await holt(json ? [...command, "--json"] : command, env);
    return { command, code, json, tells, output: json ? stdout : stdout + stderr };
  };
  const shown: [command: string[], tells: readonly string[]][] = [
    [["review", "show", runs.review], kept],
    [["incidents"], kept],
    [["run", "show", runs.failed], kept.slice(0, 1)],
    [["runs"], kept.slice(0, 1)],
  ];
  const arguments_ = texts.filter((text, at) => at % ARGUMENT_EVERY === 0 && !text.includes("\0"));
  const work = [
    ...shown.flatMap(([command, tells]) => [() => end(command, false), () => end(command, true, tells)]),
    ...arguments_.map((text) => () => end(["run", "show", "--", `films ${text}`], false)),
    ...arguments_.map((text) => () => end([`films ${text}`], false)),
  ];
  const ends: CommandEnd[] = [];
  for (const one of work) ends.push(await one());
  return ends;
}

/** PostgreSQL's text has neither NUL nor halves of characters, so they cannot come from there. */
function storable(text: string): string {
  return `film ${text.replaceAll("\0", "").toWellFormed()}`;
}

async function plant(
  db: Kysely<Tables>,
  texts: readonly string[],
  { runs, reviewer }: { runs: PageData["runs"]; reviewer: string },
): Promise<void> {
  const [first = ""] = texts;
  await db
    .insertInto("review_comment")
    .values(texts.map((text) => ({ run_id: runs.review, check_id: null, person_id: reviewer, text })))
    .execute();
  await db
    .insertInto("incident")
    .values(
      texts.map((text, at) => ({
        ...{ model: "movies", cause: `source:${at}`, title: text, acknowledged_by: null },
        ...{ opened_at: new Date(), last_seen_at: new Date(), symptoms: "[]" },
      })),
    )
    .execute();
  await db
    .updateTable("step")
    .set({ error_message: first, log_tail: texts.join("\n"), summary: first, progress: first })
    .where("run_id", "=", runs.failed)
    .where("state", "=", "needs_attention")
    .execute();
  await db.updateTable("run").set({ outcome_reason: first }).where("id", "=", runs.second).execute();
}
