/** Bodies that nearly are what a route takes, and some that are no JSON at all. */
import type { Random } from "./random.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const NAMES = [
  "user",
  "items",
  "k",
  "requests",
  "inputs",
  "id",
  "kind",
  "reason",
  "until",
  "__proto__",
  "constructor",
  "",
  "0",
  "\u0000",
  "ü",
];
const TEXTS = [
  "",
  " ",
  "a",
  "0",
  "-1",
  "true",
  "null",
  "x".repeat(300),
  "\u0000",
  "\ud800",
  "\u202e",
  "💥",
  "[]",
  "{}",
  "1e999",
  "2026-11-25T20:15:00Z",
  "9999999-01-01T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "%",
  "\r\n",
  "../..",
  "movies",
  "anna",
];
const NUMBERS = [0, -0, 1, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, -(2 ** 63), 101];
/** Written where a number stands; JSON.stringify would not write them. */
const RAW_NUMBERS = ["1e999", "-1e999", "0x10", "NaN", "01", "9".repeat(400)];
const DEEPEST = 3;

/** One body as text, made of a good one. */
export function oddBody(random: Random, good: Json): string {
  let body = good;
  for (let changes = random.below(3) + (random.below(8) === 0 ? 0 : 1); changes > 0; changes--)
    body = changed(random, body);
  if (random.below(20) === 0) body = anyJson(random, 0);
  const text = JSON.stringify(body);
  switch (random.below(12)) {
    case 0:
      return text.slice(0, random.below(text.length + 1));
    case 1: {
      const at = random.below(text.length + 1);
      return text.slice(0, at) + random.pick([...'{}[]",:\\\u0000', "\ufeff", "1"]) + text.slice(at);
    }
    case 2:
      return text.replace(/-?\d+(?=[,}\]])/, random.pick(RAW_NUMBERS));
    case 3:
      return random.pick([
        text + text,
        `${"[".repeat(2_000)}${"]".repeat(2_000)}`,
        `{"a":${text}`,
        `[${text}]`,
      ]);
    default:
      return text;
  }
}

/** One place of it becomes something else, goes, comes again, or gets a neighbour. */
function changed(random: Random, value: Json): Json {
  if (Array.isArray(value)) {
    if (value.length === 0 || random.below(4) === 0)
      return random.pick([[...value, anyJson(random, 1)], [...value, ...value], []]);
    const at = random.below(value.length);
    return value.map((one, index) => (index === at ? changed(random, one) : one));
  }
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value);
    const key = keys.length > 0 ? random.pick(keys) : random.pick(NAMES);
    const entries = Object.entries(value);
    switch (random.below(5)) {
      case 0:
        return Object.fromEntries(entries.filter(([name]) => name !== key));
      case 1:
        return Object.fromEntries([...entries, [random.pick(NAMES), anyJson(random, 1)]]);
      case 2:
        return Object.fromEntries(
          entries.map(([name, one]) => [name, name === key ? anyJson(random, 1) : one]),
        );
      default:
        return Object.fromEntries(
          entries.map(([name, one]) => [name, name === key ? changed(random, one) : one]),
        );
    }
  }
  return anyJson(random, 1);
}

function anyJson(random: Random, depth: number): Json {
  const kind = random.below(depth < DEEPEST ? 7 : 5);
  if (kind === 5) return Array.from({ length: random.below(4) }, () => anyJson(random, depth + 1));
  if (kind === 6)
    return Object.fromEntries(
      Array.from({ length: random.below(4) }, () => [random.pick(NAMES), anyJson(random, depth + 1)]),
    );
  return random.pick<Json>([
    null,
    random.below(2) === 0,
    random.pick(NUMBERS),
    random.pick(TEXTS),
    random.pick(TEXTS),
  ]);
}
