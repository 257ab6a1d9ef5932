import type { Fault } from "./faults.ts";

/** Everything in a value that JSON cannot keep: functions, dates, undefined, circles, numbers that aren't finite. */
export function findUnplain(written: unknown): Fault[] {
  const faults: Fault[] = [];
  const visit = (value: unknown, path: (string | number)[], above: readonly unknown[]) => {
    const problem = above.includes(value) ? "contains itself; write it out once" : whyNotPlain(value);
    if (problem) faults.push({ path, problem });
    else if (Array.isArray(value))
      for (const [index, member] of value.entries()) visit(member, [...path, index], [...above, value]);
    else if (typeof value === "object" && value !== null)
      for (const [key, member] of Object.entries(value)) visit(member, [...path, key], [...above, value]);
  };
  visit(written, [], []);
  return faults;
}

function whyNotPlain(value: unknown): string | undefined {
  if (value === undefined)
    return "is undefined; give it a value (is an environment variable missing?), or leave the setting out";
  if (typeof value === "function") return "is a function; a definition is plain data, so write its result";
  if (typeof value === "bigint" || typeof value === "symbol")
    return `is a ${typeof value}; a definition is plain data, so write a number or text`;
  if (typeof value === "number" && !Number.isFinite(value))
    return `${value} is not a finite number; write one, as in 0.5`;
  if (value instanceof Date)
    return 'is a date; a definition is plain data, so write text, as in "2026-11-24"';
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return undefined;
  return `is a ${value.constructor?.name ?? "class"}; a definition is plain data, so write a group of settings in { }`;
}
