import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { copyLine } from "../../db/copy.ts";
import { decodeRecords, encodeRecord } from "./record.ts";

const line = fc.array(fc.string({ unit: "binary" })).map((values) => copyLine(values));
const entry = fc.tuple(fc.constantFrom("exposure" as const, "outcome" as const), line);

test.prop([fc.array(entry), fc.nat()])(
  "gives back the whole records before a cut at any byte, and nothing else",
  (entries, cut) => {
    const records = entries.map(([kind, text]) => Buffer.from(encodeRecord(kind, text)));
    const bytes = Buffer.concat(records);
    const kept = bytes.subarray(0, bytes.length === 0 ? 0 : cut % (bytes.length + 1));
    let whole = 0;
    for (let length = 0; length + (records[whole]?.length ?? Infinity) <= kept.length; whole++)
      length += records[whole]?.length ?? 0;
    const of = (kind: string) =>
      entries
        .slice(0, whole)
        .filter(([is]) => is === kind)
        .map(([, text]) => Buffer.from(text).toString());
    const found = decodeRecords(kept);
    expect(found.exposure.map(String)).toEqual(of("exposure"));
    expect(found.outcome.map(String)).toEqual(of("outcome"));
    expect(found.damaged).toEqual([]);
    const wholeBytes = records.slice(0, whole).reduce((sum, { length }) => sum + length, 0);
    expect(found.tornBytes).toBe(kept.length - wholeBytes);
  },
);

test.prop([fc.array(entry, { minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 })])(
  "takes no line for another when one byte was changed",
  (entries, at, change) => {
    const bytes = Buffer.concat(entries.map(([kind, text]) => Buffer.from(encodeRecord(kind, text))));
    const place = at % bytes.length;
    bytes[place] = (bytes[place] ?? 0) ^ change;
    const found = decodeRecords(bytes);
    const given = entries.map(([kind, text]) => `${kind} ${Buffer.from(text)}`);
    const taken = [
      ...found.exposure.map((text) => `exposure ${text}`),
      ...found.outcome.map((text) => `outcome ${text}`),
    ];
    expect(taken.filter((one) => !given.includes(one))).toEqual([]);
    // the changed one, and the next when it was the line break between them
    expect(taken.length).toBeGreaterThanOrEqual(entries.length - 2);
    // a letter of the checksum may be written large
    if (found.damaged.length === 0 && found.tornBytes === 0) expect(taken).toHaveLength(given.length);
  },
);

it("is a line that a person can read", () => {
  // Python 3: "%08x" % zlib.crc32(b"o a\tb\n")
  expect(encodeRecord("outcome", "a\tb\n")).toBe("b2f478fa o a\tb\n");
});
