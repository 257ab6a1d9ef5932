import { stripVTControlCharacters, styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Text in a colour when a person looks at it: not into a pipe, and not with NO_COLOR. */
export function paint(style: Style | undefined, text: string): string {
  return style === undefined ? text : styleText(style, text, { stream: process.stdout });
}

/**
 * Text of files, databases and programs without what would steer the terminal: escape sequences and control
 * characters go, line breaks and tabs become spaces.
 */
export function clean(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replace(/[\r\n\t]+/g, " ")
      // C0, DEL, C1, and the marks that turn the direction of writing
      .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "")
  );
}

/** The same for text whose line breaks mean something, as in an error that lists faults. */
export function cleanLines(text: string): string {
  return text.split("\n").map(clean).join("\n");
}
