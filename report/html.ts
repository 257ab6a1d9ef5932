/** HTML that can only be made with every text in it escaped. */

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export class Html {
  readonly markup: string;

  /** For `html` alone: what else makes one vouches for the markup. */
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = string | number | Html | false | null | undefined | readonly Part[];

/** Markup as it is written, with each text between escaped, for elements and for quoted attributes. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(
    literals.map((literal, place) => (place === 0 ? "" : write(parts[place - 1])) + literal).join(""),
  );
}

function write(part: Part): string {
  if (part === false || part === null || part === undefined) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "object") return part.map(write).join("");
  return escapeText(String(part));
}

/**
 * Text that is nothing but text: no markup, no control characters (which HTML forbids), and none of the marks that turn
 * the direction of writing, by which a word could be made to read as another.
 */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}
