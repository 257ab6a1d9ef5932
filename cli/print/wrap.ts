/** Columns of the terminal that a person looks at; without end for a file or a pipe, whose lines stay whole. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/**
 * Text in lines of at most `width` columns, broken at spaces but not before a percent sign; a longer word stays whole. `indent`: spaces before each line
 * but the first, which somebody else begins.
 */
export function wrap(text: string, indent = 0, width = terminalWidth()): string {
  const room = width - indent;
  if (text.length <= room) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +(?!%)/)) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
