const MAX_LINES = 40;
const MAX_LINE_LENGTH = 2_000;

/** The last lines of what a process wrote, however much that was. */
export class LogTail {
  readonly #lines: string[] = [];

  text(): string {
    return this.#lines.join("\n");
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
  }
}

/** Calls `onLine` for each line of a stream of bytes; of a longer line for its beginning. */
export async function eachLine(bytes: AsyncIterable<Buffer>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let line = "";
  for await (const chunk of bytes) {
    const [first = "", ...rest] = decoder.decode(chunk, { stream: true }).split("\n");
    line = shortened(line + first);
    for (const next of rest) {
      onLine(line);
      line = shortened(next);
    }
  }
  if (line !== "") onLine(line);
}

function shortened(line: string): string {
  // PostgreSQL's text has no NUL
  return line.slice(0, MAX_LINE_LENGTH).replaceAll("\0", "\uFFFD").replace(/\r$/, "");
}
