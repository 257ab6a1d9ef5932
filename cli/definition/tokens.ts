/** Enough of TypeScript's words to find a setting in a definition: no regular expressions, no JSX. */

export interface Token {
  kind: "word" | "string" | "mark";
  /** A string's value as it stands between its quotes. */
  text: string;
  /** From 1. */
  line: number;
}

const SPACE_OR_COMMENT = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const WORD = /[\p{L}\p{N}_$.]+/uy;
const STRING = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/y;

/** Words, strings and single marks of a source text, without white space and comments. */
export function readTokens(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let counted = 0;
  const lineAt = (offset: number) => {
    for (; counted < offset; counted++) if (source[counted] === "\n") line++;
    return line;
  };
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const space = take(SPACE_OR_COMMENT);
    if (space) at += space.length;
    else {
      const token = nextToken(source, at, take);
      tokens.push({ kind: token.kind, text: token.text, line: lineAt(at) });
      at = token.end;
    }
  }
  return tokens;
}

function nextToken(
  source: string,
  at: number,
  take: (pattern: RegExp) => string | undefined,
): { kind: Token["kind"]; text: string; end: number } {
  const word = take(WORD);
  if (word) return { kind: "word", text: word, end: at + word.length };
  const string = take(STRING);
  if (string) return { kind: "string", text: string.slice(1, -1), end: at + string.length };
  if (source[at] !== "`") return { kind: "mark", text: source[at] ?? "", end: at + 1 };
  const end = endOfTemplate(source, at);
  return { kind: "string", text: source.slice(at + 1, end - 1), end };
}

/** Offset behind a template's closing backtick; `${ }` may hold templates of its own. */
function endOfTemplate(source: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (depth === 0 && source[at] === "`") return at + 1;
    else if (depth > 0 && source[at] === "`") at = endOfTemplate(source, at) - 1;
    else if (depth === 0 && source.startsWith("${", at)) {
      depth = 1;
      at++;
    } else if (depth > 0 && source[at] === "{") depth++;
    else if (depth > 0 && source[at] === "}") depth--;
  }
  return source.length;
}
