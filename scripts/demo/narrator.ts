import { styleText } from "node:util";

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 110;

/** The demo's voice: headings, sentences, and tables a little to the right. */
export interface Narrator {
  chapter(title: string): void;
  /** Sentences; broken between words where the terminal ends. */
  say(words: string): void;
  /** Text whose lines stay as they are. */
  show(text: string): void;
}

export function narrateTo(stream: NodeJS.WriteStream): Narrator {
  const bold = (text: string) => styleText("bold", text, { stream });
  const width = () => (stream.isTTY ? Math.min(stream.columns - 1, WIDEST) : Number.POSITIVE_INFINITY);
  return {
    chapter: (title) => void stream.write(`\n${bold(title)}\n`),
    say: (words) =>
      void stream.write(
        `${words
          .split("\n")
          .map((line) => wrap(line, width()))
          .join("\n")}\n`,
      ),
    show: (text) => void stream.write(`${text.replace(/^(?=.)/gm, "  ")}\n`),
  };
}

/** Breaks a line between words; later lines stand a little to the right of the first. */
export function wrap(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = "";
  for (const word of line.trim().split(" ")) {
    if (current.trim() !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current = current === "" ? indent + word : `${current} ${word}`;
  }
  return [...lines, current].join("\n");
}
