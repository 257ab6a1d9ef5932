import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csvRows, csvStyle, damage, damaged, pieces, someCuts, writeCsv } from "../tests/support/csv-text.ts";
import { type CsvRow, CsvSplitter, MAX_ROW_LENGTH } from "./csv.ts";

const RUNS = 500;

function split(...texts: string[]): CsvRow[] {
  const splitter = new CsvSplitter();
  return [...texts.flatMap((text) => splitter.push(text)), ...splitter.end()];
}

/** A row without its raw text, for comparing. */
function shown({ line, fields, fault }: CsvRow) {
  return { line, fields, fault };
}

/** What a row must keep of the file: its lines that aren't blank, without their ends. */
function contentOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/\r+$/, ""))
    .filter((line) => line !== "");
}

it("reads what was written, as csv-parse does, however it was written and in whatever pieces it comes", () => {
  fc.assert(
    fc.property(csvRows, csvStyle, someCuts, (rows, style, cuts) => {
      const text = writeCsv(rows, style);
      const found = split(...pieces(text, cuts));
      expect(found.map(({ fields }) => fields)).toEqual(rows);
      expect(found.every(({ fault }) => fault === undefined)).toBe(true);
      const peer = parse(text, { record_delimiter: ["\r\n", "\n"], skip_empty_lines: true });
      expect(found.map(({ fields }) => fields)).toEqual(peer);
    }),
    { numRuns: RUNS },
  );
});

it("loses no character of a damaged file: every line that isn't blank is in one row, in order", () => {
  fc.assert(
    fc.property(csvRows, csvStyle, damage, someCuts, (rows, style, changes, cuts) => {
      const text = damaged(writeCsv(rows, style), changes);
      const found = split(text);
      expect(found.flatMap((row) => contentOf(row.raw()))).toEqual(contentOf(text));
      expect(found.every(({ line }, index) => index === 0 || line > (found[index - 1] as CsvRow).line)).toBe(
        true,
      );
      expect(split(...pieces(text, cuts)).map(shown)).toEqual(found.map(shown));
    }),
    { numRuns: RUNS },
  );
});

it("says the line on which a row begins, with line ends in quotes and blank lines before it", () => {
  const rows = split('a,b\n\n"1\n2\r\n3",x\r\n\r\n4,y\n');
  expect(rows.map(shown)).toEqual([
    { line: 1, fields: ["a", "b"], fault: undefined },
    { line: 3, fields: ["1\n2\r\n3", "x"], fault: undefined },
    { line: 7, fields: ["4", "y"], fault: undefined },
  ]);
});

it("sets one row aside for a quote that is not closed, and reads the rows after it", () => {
  const after = Array.from({ length: 1_000 }, (_, index) => `${index},fine`);
  const rows = split(`a,b\n7,"open\n${after.join("\n")}`);
  expect(rows[1]).toMatchObject({ line: 2, fields: [], fault: "has a quote that is not closed" });
  expect(rows[1]?.raw()).toBe('7,"open');
  expect(rows).toHaveLength(1_002);
  expect(rows.filter(({ fault }) => fault)).toHaveLength(1);
});

it("takes a quote inside a field that doesn't begin with one as it stands", () => {
  expect(split('5\' 10",b"c"d\n').map(({ fields }) => fields)).toEqual([["5' 10\"", 'b"c"d']]);
});

it("sets a row aside that goes on behind its closing quote", () => {
  const rows = split('"a"b,c\n1,2');
  expect(rows.map(shown)).toEqual([
    { line: 1, fields: [], fault: "goes on behind a closing quote" },
    { line: 2, fields: ["1", "2"], fault: undefined },
  ]);
});

it.each([1, 65_536])(
  "sets a line of 10 million characters aside that comes in pieces, keeps its beginning (piece %i)",
  (extra) => {
    const splitter = new CsvSplitter();
    const rows = splitter.push("a,b\n");
    for (let at = 0; at < 10_000_000; at += 250_000) rows.push(...splitter.push("x".repeat(250_000)));
    rows.push(...splitter.push("x".repeat(extra)), ...splitter.push("\n1,2\n"), ...splitter.end());
    expect(rows.map(shown)).toEqual([
      { line: 1, fields: ["a", "b"], fault: undefined },
      { line: 2, fields: [], fault: `is longer than ${MAX_ROW_LENGTH} characters` },
      { line: 3, fields: ["1", "2"], fault: undefined },
    ]);
    expect(rows[1]?.raw()).toBe(`${"x".repeat(1_000)}…`);
  },
);

it("gives up on a quote that is open for longer than a row may be, and reads the lines behind it", () => {
  const line = `${"y".repeat(999)}\n`;
  const rows = split(`"open\n${line.repeat(Math.ceil(MAX_ROW_LENGTH / line.length) + 1)}`, "end");
  expect(rows[0]).toMatchObject({ line: 1, fault: "has a quote that is not closed" });
  expect(rows.slice(1).every(({ fault, fields }) => fault === undefined && fields.length === 1)).toBe(true);
  expect(rows.at(-1)).toMatchObject({ line: rows.length, fields: ["end"] });
});
