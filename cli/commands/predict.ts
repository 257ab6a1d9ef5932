import type { Command } from "commander";
import {
  type Recommendations,
  recommendationsSchema,
  type VersionAnswer,
  versionAnswerSchema,
} from "../../core/api.ts";
import { findServingTables, findTitles } from "../../db/interactions.ts";
import { parseCount } from "../arguments.ts";
import { askServer, serverSettings } from "../ask-server.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { withSession } from "../session.ts";

interface Options {
  user: string;
  k?: number;
  version?: string;
}

export function predictCommand(): Command {
  return holtCommand("predict", {
    description: "Ask Holt's server for one person's recommendations, by what is live or by another version",
    examples: ["holt predict movies --user 15 -k 5", "holt predict movies --user 15 --version 3"],
  })
    .argument("<model>", "name of an applied model")
    .requiredOption("--user <id>", "the person, as the interactions name them")
    .option("-k, --k <count>", "length of the list (default: 10)", parseCount)
    .option("--version <version>", "a version by number or alias, live or not; default: what is live")
    .action(printing(predict));
}

async function predict(model: string, { user, k, version }: Options): Promise<CommandResult> {
  const query = { user, ...(k === undefined ? {} : { k: String(k) }) };
  const answer =
    version === undefined ? await askLive(model, query) : await askVersion(model, version, query);
  const titles = await findItsTitles(model, answer);
  const table = drawTable(
    ["rank", "item", "score", ...(titles ? ["title"] : [])],
    answer.items.map(({ rank, id, score }) => [rank, id, score.toPrecision(4), titles?.get(id)]),
  );
  const who = whoAnswered(answer, version !== undefined);
  return { text: `${answer.model} for ${answer.user}: ${who}\n${table}`, data: answer };
}

function whoAnswered({ fallback, version }: VersionAnswer, isNamed: boolean): string {
  if (!fallback) return `version ${version}`;
  return isNamed
    ? `the popularity list of version ${version} (its model knows nothing of this person)`
    : "the popularity list (no history is known, somebody put it up for everybody, or the model could not answer)";
}

/** Titles of what was recommended, for a person's eyes; undefined for whoever has no database at hand. */
async function findItsTitles(
  model: string,
  { items }: VersionAnswer,
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

async function askLive(model: string, query: Record<string, string>): Promise<Recommendations> {
  // whoever runs the command looks, not the person
  const words = new URLSearchParams({ ...query, expose: "0" });
  const address = `v1/models/${encodeURIComponent(model)}/recommendations?${words}`;
  return recommendationsSchema.parse(await askServer(serverSettings(), address));
}

async function askVersion(
  model: string,
  version: string,
  query: Record<string, string>,
): Promise<VersionAnswer> {
  const [of, at] = [model, version].map(encodeURIComponent);
  const address = `api/models/${of}/versions/${at}/recommendations?${new URLSearchParams(query)}`;
  return versionAnswerSchema.parse(await askServer(serverSettings(), address));
}
