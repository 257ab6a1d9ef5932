import type { Command } from "commander";
import { problemSchema, type Recommendations, recommendationsSchema } from "../../core/api.ts";
import { InvalidInput, NotAllowed, NotFound } from "../../core/errors.ts";
import { findServingTables, findTitles } from "../../db/interactions.ts";
import { readSettings, type Settings } from "../../store/settings.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { withSession } from "../session.ts";

/** The server answers in milliseconds; a person at a terminal learns soon that it doesn't. */
const ANSWER_WITHIN_MS = 10_000;

type Server = Pick<Settings, "serverUrl" | "token">;

interface Options {
  user: string;
  k?: number;
}

export function predictCommand(): Command {
  return holtCommand("predict", {
    description: "Ask Holt's server for one person's recommendations",
    examples: ["holt predict movies --user 15 -k 5"],
  })
    .argument("<model>", "name of an applied model")
    .requiredOption("--user <id>", "the person, as the interactions name them")
    .option("-k, --k <count>", "length of the list (default: 10)", parseCount)
    .action(printing(predict));
}

async function predict(model: string, { user, k }: Options): Promise<CommandResult> {
  const answer = await ask(serverSettings(), model, { user, ...(k === undefined ? {} : { k: String(k) }) });
  const who = answer.fallback
    ? "the popularity list, for a person without a history"
    : `version ${answer.version}`;
  const titles = await findItsTitles(model, answer);
  const table = drawTable(
    ["rank", "item", "score", ...(titles ? ["title"] : [])],
    answer.items.map(({ rank, id, score }) => [rank, id, score.toPrecision(4), titles?.get(id)]),
  );
  return { text: `${answer.model} for ${answer.user}: ${who}\n${table}`, data: answer };
}

/** Titles of what was recommended, for a person's eyes; undefined for whoever has no database at hand. */
async function findItsTitles(
  model: string,
  { items }: Recommendations,
): Promise<Map<string, string> | undefined> {
  try {
    return await withSession(async ({ database: { db } }) => {
      const tables = await findServingTables(db, model);
      if (!tables?.items) return undefined;
      return findTitles(
        db,
        tables.items,
        items.map(({ id }) => id),
      );
    });
  } catch {
    return undefined; // the answer itself is there, and needs none
  }
}

/** Whoever only asks for recommendations needs no database. */
function serverSettings(): Server {
  const { HOLT_SERVER_URL: serverUrl, HOLT_TOKEN: token } = process.env;
  return serverUrl ? { serverUrl, token } : readSettings();
}

async function ask(
  { serverUrl, token }: Server,
  model: string,
  query: Record<string, string>,
): Promise<Recommendations> {
  const url = new URL(`v1/models/${encodeURIComponent(model)}/recommendations`, `${serverUrl}/`);
  // whoever runs the command looks, not the person
  url.search = new URLSearchParams({ ...query, expose: "0" }).toString();
  const response = await fetch(url, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((error: Error) => {
    throw new NotFound(
      `server: could not be reached at ${serverUrl} (${whyOf(error)}); start it, or correct HOLT_SERVER_URL`,
    );
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return recommendationsSchema.parse(body);
  throw errorOf(response.status, body, serverUrl);
}

function errorOf(status: number, body: unknown, serverUrl: string): Error {
  const { data: problem } = problemSchema.safeParse(body);
  const message = problem?.detail ?? `server: answered ${status} at ${serverUrl}; see its log`;
  if (status === 400) return new InvalidInput(message);
  return status === 401 || status === 403 ? new NotAllowed(message) : new NotFound(message);
}

function whyOf(error: Error): string {
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  return cause.code ?? cause.message;
}
