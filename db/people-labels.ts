/** Which groups and segments people are in, read beside a pass over everybody: nothing of it is kept in memory. */
import type { PoolClient } from "pg";
import { InvalidInput } from "../core/errors.ts";
import { filledSql, runDefinedSql } from "./defined-sql.ts";
import { assertColumns, nullIn, type PlacedSql, type QaSession } from "./qa-inputs.ts";

/** Rows a fetch: some hundred kilobytes. */
const FETCH_ROWS = 5_000;

/** People with a label each: `user_id` in the first column, and the label in `segment` where each has its own. */
export interface LabelSource {
  /** What the label begins with, such as `age`. */
  name: string;
  of: PlacedSql | readonly string[];
  /** Labels are `<name>/<segment>` by the query's columns `user_id` and `segment`; else `<name>` for all. */
  bySegment: boolean;
}

export interface PeopleLabels {
  /**
   * Labels of a person. Ask for people in the byte order of their ids, as forEachHistory gives them.
   * @throws {InvalidInput} a person or segment is null, or a segment has too many values
   */
  of(userId: string): Promise<string[]>;
  /** Reads to the end, and says how many people of each label were never asked for. */
  finish(): Promise<Map<string, number>>;
}

/** Values of one segment. Each costs memory, and nobody reads so many. */
const MOST_SEGMENTS = 1_000;

/** Opens all of them in the session's transaction, where they stay open until it ends. */
export async function openPeopleLabels(
  session: QaSession,
  sources: readonly LabelSource[],
): Promise<PeopleLabels> {
  const lists: LabelList[] = [];
  for (const source of sources)
    lists.push(
      isWritten(source.of) ? writtenList(source, source.of) : await askedList(session, source, source.of),
    );
  return {
    async of(userId) {
      const labels: string[] = [];
      const key = Buffer.from(userId);
      for (const list of lists) await list.collect(userId, key, labels);
      return labels;
    },
    async finish() {
      const missed = new Map<string, number>();
      for (const list of lists) {
        await list.readToEnd();
        for (const [label, people] of list.missed) missed.set(label, people);
      }
      return missed;
    },
  };
}

function isWritten(of: LabelSource["of"]): of is readonly string[] {
  return Array.isArray(of);
}

/** People who are written down in the definition, in the order of a query. */
function writtenList(source: LabelSource, userIds: readonly string[]): LabelList {
  const rows = [...new Set(userIds)]
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((user_id) => ({ user_id, segment: "" }));
  return new LabelList(source, "", async () => rows.splice(0));
}

async function askedList(session: QaSession, source: LabelSource, asked: PlacedSql): Promise<LabelList> {
  if (source.bySegment) await assertColumns(session, asked, ["user_id", "segment"]);
  const columns = source.bySegment
    ? `user_id::text collate "C" as user_id, segment::text collate "C" as segment`
    : `user_id::text collate "C" as user_id, ''::text as segment`;
  const cursor = session.nextCursor();
  await runDefinedSql(session.client, asked.place, {
    before: `declare ${cursor} no scroll cursor for select distinct ${columns} from (\n`,
    sql: filledSql(asked.sql, session.asOf),
    after: `) as labelled ${source.bySegment ? "" : "(user_id)"} order by 1 nulls first, 2 nulls first`,
  });
  return new LabelList(source, asked.place, () => fetchRows(session.client, asked.place, cursor));
}

async function fetchRows(client: PoolClient, place: string, cursor: string): Promise<LabelRow[]> {
  const { rows } = await runDefinedSql<LabelRow>(client, place, {
    sql: `fetch ${FETCH_ROWS} from ${cursor}`,
  });
  return rows;
}

interface LabelRow {
  user_id: string | null;
  segment: string | null;
}

/** One source's rows in byte order of the people, of which the first ones are in memory. */
class LabelList {
  /** People of each label who were never asked for. */
  readonly missed = new Map<string, number>();
  readonly #source: LabelSource;
  readonly #place: string;
  readonly #fetch: () => Promise<LabelRow[]>;
  readonly #labels = new Map<string, string>();
  #rows: LabelRow[] = [];
  #next = 0;
  #ended = false;

  constructor(source: LabelSource, place: string, fetch: () => Promise<LabelRow[]>) {
    this.#source = source;
    this.#place = place;
    this.#fetch = fetch;
  }

  async collect(userId: string, key: Buffer, labels: string[]): Promise<void> {
    for (let row = await this.#peek(); row; row = await this.#peek()) {
      if (row.user_id === userId) labels.push(this.#labelOf(row));
      else if (Buffer.compare(Buffer.from(row.user_id), key) > 0) return;
      else this.#miss(row);
      this.#next += 1;
    }
  }

  async readToEnd(): Promise<void> {
    for (let row = await this.#peek(); row; row = await this.#peek()) {
      this.#miss(row);
      this.#next += 1;
    }
  }

  async #peek(): Promise<{ user_id: string; segment: string } | undefined> {
    if (this.#next === this.#rows.length && !this.#ended) {
      this.#rows = await this.#fetch();
      this.#next = 0;
      this.#ended = this.#rows.length === 0;
    }
    const row = this.#rows[this.#next];
    if (!row) return undefined;
    const { user_id, segment } = row;
    if (user_id === null) throw nullIn(this.#place, 'column "user_id"');
    if (segment === null) throw nullIn(this.#place, 'column "segment"');
    return { user_id, segment };
  }

  #miss(row: { user_id: string; segment: string }): void {
    const label = this.#labelOf(row);
    this.missed.set(label, (this.missed.get(label) ?? 0) + 1);
  }

  /** The same string for the same segment, so that a million people don't hold a million. */
  #labelOf({ segment }: { segment: string }): string {
    const known = this.#labels.get(segment);
    if (known !== undefined) return known;
    if (this.#labels.size === MOST_SEGMENTS)
      throw new InvalidInput(
        `${this.#place}: gives more than ${MOST_SEGMENTS} different segments; put people into fewer, larger ones`,
      );
    const label = this.#source.bySegment ? `${this.#source.name}/${segment}` : this.#source.name;
    this.#labels.set(segment, label);
    return label;
  }
}
