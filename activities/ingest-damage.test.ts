import fc from "fast-check";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { CsvSplitter } from "../core/csv.ts";
import type { DefinitionInput } from "../core/definition.ts";
import type { IngestDetail } from "../core/step-details.ts";
import { dataTable } from "../db/data-tables.ts";
import { listSetAsideRows } from "../db/snapshots.ts";
import { damage, damaged } from "../tests/support/csv-text.ts";
import { type DataRoad, dataRoad, type RoadRun } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";

const RUNS = 200;
const HEADER = "user_id,item_id,watched_s,seen_at,note";

const definition: DefinitionInput = {
  ...smallDefinition(),
  sources: {
    sales: {
      file: "sales.csv",
      columns: {
        user_id: { type: "text" },
        item_id: { type: "integer" },
        watched_s: { type: "number", optional: true },
        seen_at: { type: "epoch_seconds" },
        note: { type: "text", optional: true },
      },
      key: ["user_id", "item_id"],
      eventTime: "seen_at",
      maxBadRowShare: 1,
    },
  },
  features: {
    interactions: { sql: "select 1 from {{ sales }}" },
    items: { sql: "select 1 from {{ sales }}" },
  },
};

const row = fc
  .tuple(
    fc.stringMatching(/^[a-c]{1,2}$/),
    fc.integer({ min: 1, max: 4 }),
    fc.oneof(fc.constant(""), fc.float({ noNaN: true, noDefaultInfinity: true })),
    fc.integer({ min: 0, max: 2_000_000_000 }),
    fc.constantFrom("", '"a, b"', '"two\nlines"', '"say ""hi"""', "\\N", "\\", "tab\there", "__proto__"),
  )
  .map((fields) => fields.join(","));

async function ingest(road: DataRoad, bytes: string | Uint8Array): Promise<RoadRun> {
  await road.write("sales.csv", bytes);
  const run = await road.open(definition, { openedAt: "2026-02-01T00:00:00Z" });
  await run.step("ingest:sales");
  return run;
}

async function tableDigest({ database }: DataRoad, tableName: string): Promise<unknown> {
  const { rows } = await sql<{ digest: string }>`
    select md5(coalesce(string_agg(t::text, E'\\n' order by t::text collate "C"), '')) as digest
    from ${dataTable(tableName)} as t`.execute(database.db);
  return rows[0]?.digest;
}

it("keeps or sets aside every row of a damaged file, and lives", async () => {
  const road = await dataRoad();
  const bytesDamage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 255 })), {
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 15 }),
      damage,
      bytesDamage,
      async (rows, changes, strikes) => {
        const bytes = Buffer.from(`${HEADER}\n${damaged(rows.join("\n"), changes)}`);
        for (const [at, byte] of strikes)
          bytes[HEADER.length + 1 + Math.floor(at * (bytes.length - HEADER.length - 1))] = byte;
        const splitter = new CsvSplitter();
        const found = [...splitter.push(new TextDecoder().decode(bytes)), ...splitter.end()].slice(1);

        const run = await ingest(road, bytes);
        const detail = await run.detail<IngestDetail>("ingest:sales");
        expect(detail.rowsRead).toBe(found.length);
        expect(detail.rowsKept + detail.rowsSetAside).toBe(detail.rowsRead);
        const { rows: kept } = await sql<{
          rows: number;
        }>`select count(*) as rows from ${dataTable(detail.tableName)}`.execute(road.database.db);
        expect(kept[0]?.rows).toBe(detail.rowsKept);
        const aside = await listSetAsideRows(road.database.db, detail.snapshotId, 1_000);
        expect(aside).toHaveLength(detail.rowsSetAside);
        for (const { line, reason } of aside) {
          expect(found.map((one) => one.line)).toContain(line);
          expect(reason).not.toBe("");
        }
      },
    ),
    { numRuns: RUNS },
  );
});

it("gives the same table for the same rows in any order, and doubled ones only once", async () => {
  const road = await dataRoad();
  const distinct = fc.uniqueArray(row, {
    maxLength: 12,
    selector: (text) => text.split(",").slice(0, 2).join(),
  });
  const shuffledAndDoubled = distinct.chain((rows) =>
    fc.tuple(
      fc.constant(rows),
      fc.shuffledSubarray(rows, { minLength: rows.length }),
      rows.length > 0 ? fc.array(fc.constantFrom(...rows), { maxLength: 6 }) : fc.constant([]),
    ),
  );
  await fc.assert(
    fc.asyncProperty(shuffledAndDoubled, async ([rows, shuffled, doubles]) => {
      const plain = await (await ingest(road, [HEADER, ...rows].join("\n"))).detail<IngestDetail>(
        "ingest:sales",
      );
      const other = await (
        await ingest(road, [HEADER, ...shuffled, ...doubles].join("\r\n"))
      ).detail<IngestDetail>("ingest:sales");
      expect(plain).toMatchObject({ rowsKept: rows.length, rowsSetAside: 0 });
      expect(other).toMatchObject({ rowsKept: rows.length, rowsSetAside: doubles.length });
      expect(await tableDigest(road, other.tableName)).toBe(await tableDigest(road, plain.tableName));
    }),
    { numRuns: RUNS / 2 },
  );
});
