import fc from "fast-check";

/** A field as people have them: words, figures, and every character that CSV cares about. */
const csvField = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9 .-]{0,8}$/) },
  {
    weight: 2,
    arbitrary: fc.string({
      unit: fc.constantFrom(",", '"', "\n", "\r\n", "\r", "a", "ß", "日", "😀", " "),
      maxLength: 8,
    }),
  },
);

/** Rows of the same number of fields. */
export const csvRows = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(csvField, { minLength: width, maxLength: width }), { maxLength: 12 }));

/** How a writer may write the same rows: line ends, quotes that aren't needed, a line end at the end. */
export const csvStyle = fc.record({
  lineEnds: fc.array(fc.constantFrom("\n", "\r\n"), { minLength: 1, maxLength: 5 }),
  quoteAll: fc.boolean(),
  endsWithLineEnd: fc.boolean(),
});
export type CsvStyle = typeof csvStyle extends fc.Arbitrary<infer Style> ? Style : never;

export function writeCsv(
  rows: readonly (readonly string[])[],
  { lineEnds, quoteAll, endsWithLineEnd }: CsvStyle,
): string {
  let text = "";
  rows.forEach((row, index) => {
    const alone = row.length === 1 && row[0] === ""; // else it would be a blank line
    text += row
      .map((field) => (quoteAll || alone || /[",\r\n]/.test(field) ? quoted(field) : field))
      .join(",");
    if (index < rows.length - 1 || endsWithLineEnd) text += lineEnds[index % lineEnds.length];
  });
  return text;
}

function quoted(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}

/** `text` with some pieces replaced by what breaks a careless reader. */
export const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 3 }),
    by: fc.constantFrom(
      '"',
      '""',
      "\n",
      "\r",
      "\r\n",
      ",",
      "\0",
      "\uFFFD",
      "\uFEFF",
      "__proto__",
      "NaN",
      "1e999",
      "0x10",
      "-0",
      "",
    ),
  }),
  { maxLength: 6 },
);

export function damaged(
  text: string,
  changes: typeof damage extends fc.Arbitrary<infer Changes> ? Changes : never,
): string {
  return changes.reduce((so, { at, length, by }) => {
    const from = Math.floor(at * so.length);
    return so.slice(0, from) + by + so.slice(from + length);
  }, text);
}

/** `text` cut into pieces at the given places. */
export function pieces(text: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map((cut) => Math.floor(cut * text.length)).sort((a, b) => a - b), text.length];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}
export const someCuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
