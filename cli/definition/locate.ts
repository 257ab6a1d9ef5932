import { readTokens, type Token } from "./tokens.ts";

type Path = readonly (string | number)[];

/**
 * Line of a setting in a definition's source text, from 1; of the group around it when it isn't written there (it is
 * missing, or comes from another file). Undefined when even the default export isn't found.
 */
export function locateSetting(source: string, path: Path): number | undefined {
  const tokens = readTokens(source);
  const start = tokens.findIndex(({ text }, at) => text === "export" && tokens[at + 1]?.text === "default");
  if (start < 0) return undefined;
  let line = tokens[start]?.line;
  let value = start + 2;
  for (const key of path) {
    const found = findMember(tokens, openGroup(tokens, value), key);
    if (!found) return line;
    line = found.line;
    value = found.value;
  }
  return line;
}

/** Index of the `{` or `[` of a value that begins at `at`: literal, first argument of a call, or a constant's. */
function openGroup(tokens: readonly Token[], at: number, seen: readonly string[] = []): number | undefined {
  const token = tokens[at];
  if (token?.kind === "mark") {
    if (token.text === "{" || token.text === "[") return at;
    return token.text === "(" ? openGroup(tokens, at + 1, seen) : undefined;
  }
  if (token?.kind !== "word") return undefined;
  if (tokens[at + 1]?.text === "(") return openGroup(tokens, at + 2, seen);
  if (seen.includes(token.text)) return undefined;
  const constant = valueOfConstant(tokens, token.text);
  return constant === undefined ? undefined : openGroup(tokens, constant, [...seen, token.text]);
}

/** Index of the value in `const name = value` or `const name: Type = value`. */
function valueOfConstant(tokens: readonly Token[], name: string): number | undefined {
  const at = tokens.findIndex(
    ({ text }, index) => text === name && ["const", "let", "var"].includes(tokens[index - 1]?.text ?? ""),
  );
  if (at < 0) return undefined;
  const equals = tokens.findIndex(({ kind, text }, index) => index > at && kind === "mark" && text === "=");
  return equals < 0 ? undefined : equals + 1;
}

/** A member of the group that opens at `open`: where its name stands, and where its value begins. */
function findMember(
  tokens: readonly Token[],
  open: number | undefined,
  key: string | number,
): { line: number; value: number } | undefined {
  if (open === undefined) return undefined;
  const isList = tokens[open]?.text === "[";
  const spread: number[] = [];
  let index = 0;
  for (let at = open + 1; at < tokens.length && !isClosing(tokens[at]); index++) {
    const token = tokens[at];
    if (!token) return undefined;
    if (isList && index === key) return { line: token.line, value: at };
    if (!isList && token.kind !== "mark" && token.text === String(key))
      return { line: token.line, value: tokens[at + 1]?.text === ":" ? at + 2 : at };
    if (token.text.startsWith("...")) spread.push(at);
    at = behindMember(tokens, at);
  }
  return findSpread(tokens, spread, key);
}

/** `...shared` before the name of a constant: its members are the group's, too. */
function findSpread(
  tokens: readonly Token[],
  spread: readonly number[],
  key: string | number,
): { line: number; value: number } | undefined {
  for (const at of spread) {
    const constant = valueOfConstant(tokens, (tokens[at]?.text ?? "").slice("...".length));
    const found = constant !== undefined && findMember(tokens, openGroup(tokens, constant), key);
    if (found) return found;
  }
  return undefined;
}

/** Index behind the comma that ends the member at `at`, or of the mark that closes the group. */
function behindMember(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let index = at; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== "mark") continue;
    if (depth === 0 && token.text === ",") return index + 1;
    if (depth === 0 && isClosing(token)) return index;
    if ("{[(".includes(token.text)) depth++;
    else if (isClosing(token)) depth--;
  }
  return tokens.length;
}

function isClosing(token: Token | undefined): boolean {
  return token?.kind === "mark" && "}])".includes(token.text);
}
