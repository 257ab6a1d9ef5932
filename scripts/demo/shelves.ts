import { drawTable } from "../../cli/print/table.ts";
import { type Recommendations, recommendationsSchema } from "../../core/api.ts";
import { findServingTables, findTitles } from "../../db/interactions.ts";
import { MODEL, type Stage } from "./stage.ts";

/** Somebody in the MovieLens files, and somebody who isn't. */
const PERSON = "73";
const STRANGER = "somebody-new";
const LENGTH = 10;
/** Two lists beside each other fit into 100 columns. */
const LONGEST_TITLE = 44;

/** Asks the HTTP server, as an app's back end would, and prints one person's list beside the popularity list. */
export async function showShelves(stage: Stage): Promise<void> {
  const { narrator, stack, database } = stage;
  const mine = await ask(stage, PERSON);
  const popular = await ask(stage, STRANGER);
  if (mine.fallback || !popular.fallback || mine.items.length !== LENGTH)
    throw new Error(
      `server: answered person ${PERSON} with ${mine.items.length} items, fallback ${mine.fallback}, and a stranger with fallback ${popular.fallback}; see "${stack.logFolder}/server.log"`,
    );
  const tables = await findServingTables(database.db, MODEL);
  if (!tables?.items)
    throw new Error(`model "${MODEL}": no run of today left its items for serving; run the demo again`);
  const ids = [...mine.items, ...popular.items].map(({ id }) => id);
  const titles = await findTitles(database.db, tables.items, ids);
  const rows = mine.items.map(({ id, rank }, index) => {
    const other = popular.items[index];
    return [rank, cut(titles.get(id) ?? id), cut(other ? (titles.get(other.id) ?? other.id) : "")];
  });
  narrator.say(
    `GET /v1/models/${MODEL}/recommendations?user=${PERSON}&k=${LENGTH} answers with version ${mine.version}:`,
  );
  narrator.show(drawTable(["", `person ${PERSON}`, "anybody without a history (popularity)"], rows));
}

function cut(title: string): string {
  return title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title;
}

async function ask({ stack, signal }: Stage, user: string): Promise<Recommendations> {
  const { serverUrl, token } = stack.settings;
  const url = `${serverUrl}/v1/models/${MODEL}/recommendations?user=${user}&k=${LENGTH}&expose=0`; // nobody is shown it
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  if (!response.ok)
    throw new Error(`server: answered ${response.status} at ${url}: ${await response.text()}`);
  return recommendationsSchema.parse(await response.json());
}
