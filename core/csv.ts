/**
 * Splits CSV text into rows: RFC 4180, and what people write beside it. Line by line, so that a broken row costs only
 * itself. csv-parse 7.0.3, which the tests compare it with, takes a quote that never closes and all rows after it for
 * one row, and loses the rest of a chunk behind a row over its limit; here no row may go missing.
 */

/** A longer row is set aside, in UTF-16 code units. */
export const MAX_ROW_LENGTH = 1_048_576;
/** As much of a row that is set aside is kept to recognise it. */
const MAX_RAW_LENGTH = 1_000;

const COMMA = 0x2c;
const LINE_FEED = 0x0a;

export interface CsvRow {
  /** Line of the file on which the row begins, from 1. */
  line: number;
  /** Empty when the row has a fault. */
  fields: string[];
  /** Why it could not be split; a sentence's end, as in `has a quote that is not closed`. */
  fault: string | undefined;
  /** The row as it stands in the file, cut to a sane length. */
  raw(): string;
}

/** Where a row ends in the text, what it has, or that more text is needed to tell. */
type Split = { next: number; fields: string[] } | { fault: string } | "needs more";

/**
 * Takes text in pieces of any size, gives whole rows. Lines end with LF or CR LF, mixed at will; blank ones are no rows.
 * A quote inside a field that doesn't begin with one is an ordinary character.
 */
export class CsvSplitter {
  #rest = "";
  #line = 1;
  /** Inside a line over the limit whose beginning was given out already. */
  #skipping = false;

  /** The rows that end within `text`. */
  push(text: string): CsvRow[] {
    return this.#take(this.#rest + text, false);
  }

  /** The last row, when nothing follows. */
  end(): CsvRow[] {
    return this.#take(this.#rest, true);
  }

  #take(text: string, isEnd: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    let at = 0;
    while (at < text.length) {
      const lineFeed = text.indexOf("\n", at);
      const isWhole = lineFeed >= 0 || isEnd;
      const lineEnd = lineFeed >= 0 ? lineFeed : text.length;
      const isTooLong = lineEnd - at > MAX_ROW_LENGTH;
      if (!isWhole && !isTooLong && !this.#skipping) break;
      if (this.#skipping || isTooLong) {
        if (!this.#skipping)
          rows.push(faulty(this.#line, text, at, lineEnd, `is longer than ${MAX_ROW_LENGTH} characters`));
        this.#skipping = !isWhole;
        if (isWhole) this.#line += 1;
        at = lineEnd + 1;
        continue;
      }
      const split = splitRow(text, at, lineEnd, isEnd);
      if (split === "needs more") break;
      if ("fault" in split) {
        rows.push(faulty(this.#line, text, at, lineEnd, split.fault));
        this.#line += 1;
        at = lineEnd + 1;
        continue;
      }
      if (split.fields.length > 0) rows.push(whole(this.#line, text, at, split));
      this.#line += split.next === lineEnd + 1 ? 1 : linesIn(text, at, split.next);
      at = split.next;
    }
    this.#rest = text.slice(at);
    return rows;
  }
}

/** One row from `at`, whose first line ends at `lineEnd`; no fields when that line is blank. */
function splitRow(text: string, at: number, lineEnd: number, isEnd: boolean): Split {
  const line = withoutReturn(text, at, lineEnd);
  if (line.includes('"')) return splitQuotedRow(text, at, isEnd);
  return { next: lineEnd + 1, fields: line === "" ? [] : line.split(",") };
}

function splitQuotedRow(text: string, at: number, isEnd: boolean): Split {
  const fields: string[] = [];
  for (let from = at; ; ) {
    const field = text[from] === '"' ? quotedField(text, at, from, isEnd) : plainField(text, from, isEnd);
    if (field === "needs more" || "fault" in field) return field;
    fields.push(field.value);
    if (text.charCodeAt(field.end) !== COMMA) return { next: field.end + 1, fields };
    from = field.end + 1;
  }
}

/** A field's value, and where the comma or line feed behind it stands (or the text's length). */
type Field = { value: string; end: number } | { fault: string } | "needs more";

function plainField(text: string, from: number, isEnd: boolean): Field {
  let end = from;
  while (end < text.length && text.charCodeAt(end) !== COMMA && text.charCodeAt(end) !== LINE_FEED) end += 1;
  if (end === text.length && !isEnd) return "needs more";
  return { value: text[end] === "," ? text.slice(from, end) : withoutReturn(text, from, end), end };
}

function quotedField(text: string, rowStart: number, from: number, isEnd: boolean): Field {
  let value = "";
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at);
    if ((quote < 0 ? text.length : quote) - rowStart > MAX_ROW_LENGTH || (quote < 0 && isEnd))
      return { fault: "has a quote that is not closed" };
    if (quote < 0 || (quote + 2 >= text.length && !isEnd)) return "needs more";
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return afterQuote(text, quote + 1, value);
    value += '"';
    at = quote + 2;
  }
}

function afterQuote(text: string, behind: number, value: string): Field {
  const end = text[behind] === "\r" && (text[behind + 1] ?? "\n") === "\n" ? behind + 1 : behind;
  if (end >= text.length || text[end] === "\n" || (end === behind && text[end] === ","))
    return { value, end };
  return { fault: "goes on behind a closing quote" };
}

function withoutReturn(text: string, from: number, end: number): string {
  return text.slice(from, end > from && text[end - 1] === "\r" ? end - 1 : end);
}

function linesIn(text: string, from: number, next: number): number {
  let lines = next > text.length ? 1 : 0; // the last line of a file may have no end
  for (let at = text.indexOf("\n", from); at >= 0 && at < next; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

function whole(line: number, text: string, at: number, split: { next: number; fields: string[] }): CsvRow {
  return { line, fields: split.fields, fault: undefined, raw: () => rawOf(text, at, split.next - 1) };
}

function faulty(line: number, text: string, at: number, end: number, fault: string): CsvRow {
  return { line, fields: [], fault, raw: () => rawOf(text, at, end) };
}

function rawOf(text: string, at: number, end: number): string {
  const raw = withoutReturn(text, at, end);
  return raw.length > MAX_RAW_LENGTH ? `${raw.slice(0, MAX_RAW_LENGTH)}…` : raw;
}
