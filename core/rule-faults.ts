/** Editorial rules that are well written, but that cannot be honoured, or not together. */
import type { Definition } from "./definition.ts";
import { askForCountry, type DefinedRule } from "./definition-rules.ts";
import type { Fault } from "./faults.ts";

type ItemRule = Extract<DefinedRule, { item: string }>;
type ShareRule = Extract<DefinedRule, { kind: "share" }>;

export function findRuleFaults({
  rules = [],
  defaultCountry,
  exploration,
  newItems,
  filters = [],
}: Definition): Fault[] {
  const asksForCountry = rules.some(askForCountry);
  const faults = [takenNames, empty, clashes, shares].flatMap((find) => find(rules));
  rules.forEach((rule, at) => {
    if (askForCountry(rule) && defaultCountry === undefined)
      faults.push({
        path: ["rules", at],
        problem: `"${rule.name}" goes by countries, and nothing says where somebody is who doesn't say it; write "defaultCountry" too`,
      });
  });
  const bound = rules.find(({ kind }) => kind === "share" || kind === "apart");
  filters.forEach((column, at) => {
    if (filters.indexOf(column) < at)
      faults.push({ path: ["filters", at], problem: `"${column}" is in the list already; write it once` });
  });
  for (const [path, drawing] of Object.entries({ exploration, newItems }))
    if (drawing && bound)
      faults.push({
        path: [path],
        problem: `draws items that the rule "${bound.name}" might not allow beside the others; leave one of the two out`,
      });
  if (defaultCountry !== undefined && !asksForCountry)
    faults.push({
      path: ["defaultCountry"],
      problem: `"${defaultCountry}" decides nothing, since no rule goes by countries; leave it out`,
    });
  return faults;
}

function takenNames(rules: readonly DefinedRule[]): Fault[] {
  return rules.flatMap(({ name }, at) =>
    rules.findIndex((other) => other.name === name) < at
      ? [{ path: ["rules", at, "name"], problem: `"${name}" is the name of another rule; choose another` }]
      : [],
  );
}

/** Rules that say nothing, or never hold. */
function empty(rules: readonly DefinedRule[]): Fault[] {
  return rules.flatMap((rule, at): Fault[] => {
    const path = ["rules", at];
    if (rule.kind === "share")
      return rule.atLeast === undefined && rule.atMost === undefined
        ? [{ path, problem: `"${rule.name}" names no share; write "atLeast", "atMost" or both` }]
        : [];
    if (!("item" in rule)) return [];
    const { from, until, countries } = rule;
    if (from !== undefined && until !== undefined && Date.parse(from) >= Date.parse(until))
      return [{ path: [...path, "until"], problem: `"${until}" is not after "from"; let it end later` }];
    if (rule.kind === "window" && from === undefined && until === undefined && countries === undefined)
      return [{ path, problem: `"${rule.name}" is always open; write "from", "until" or "countries"` }];
    return [];
  });
}

/** Two rules of which one would undo the other, at some time in some country. */
function clashes(rules: readonly DefinedRule[]): Fault[] {
  return rules.flatMap((rule, at): Fault[] => {
    if (!("item" in rule)) return [];
    const before = rules
      .slice(0, at)
      .find((other): other is ItemRule => "item" in other && meet(rule, other) && isClash(rule, other));
    if (!before) return [];
    const which = `"${before.name}"`;
    if (rule.kind === "pin" && before.kind === "pin" && rule.item !== before.item)
      return [
        {
          path: ["rules", at, "rank"],
          problem: `${rule.rank} is the place of ${which} at the same time; choose another, or other times`,
        },
      ];
    return [
      {
        path: ["rules", at, "item"],
        problem: `"${rule.item}" is what ${which} decides on at the same time; keep one of the two`,
      },
    ];
  });
}

function isClash(one: ItemRule, other: ItemRule): boolean {
  const kinds = [one.kind, other.kind];
  if (kinds.includes("window")) return false;
  if (one.item === other.item) return one.kind === other.kind || kinds.includes("ban");
  return one.kind === "pin" && other.kind === "pin" && one.rank === other.rank;
}

/** Whether both hold at some moment for somebody. */
function meet(one: ItemRule, other: ItemRule): boolean {
  const from = (rule: ItemRule) =>
    rule.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(rule.from);
  const until = (rule: ItemRule) =>
    rule.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(rule.until);
  if (Math.max(from(one), from(other)) >= Math.min(until(one), until(other))) return false;
  const theirs = other.countries;
  return !one.countries || !theirs || one.countries.some((country) => theirs.includes(country));
}

function shares(rules: readonly DefinedRule[]): Fault[] {
  const faults: Fault[] = [];
  const leastOf = new Map<string, number>();
  const seen = new Map<string, ShareRule>();
  rules.forEach((rule, at) => {
    if (rule.kind !== "share") return;
    const { column, value, atLeast = 0, atMost = 1 } = rule;
    const path = ["rules", at];
    const key = JSON.stringify([column, value]);
    const before = seen.get(key);
    seen.set(key, rule);
    const sum = (leastOf.get(column) ?? 0) + atLeast;
    leastOf.set(column, sum);
    if (before)
      faults.push({
        path,
        problem: `"${rule.name}" is about what "${before.name}" is about; make one rule of them`,
      });
    else if (atLeast > atMost)
      faults.push({
        path: [...path, "atLeast"],
        problem: `${atLeast} is more than "atMost", ${atMost}; let it be at most that`,
      });
    else if (sum > 1 + 1e-9)
      faults.push({
        path: [...path, "atLeast"],
        problem: `with it the least shares of "${column}" add up to ${Number(sum.toFixed(6))}, more than a whole list; lower one`,
      });
    else if (atLeast > 0.5 && rules.some((other) => other.kind === "apart" && other.column === column))
      faults.push({
        path: [...path, "atLeast"],
        problem: `${atLeast} is more than half, so some of "${value}" would stand next to each other, which another rule forbids; lower it, or leave one out`,
      });
  });
  return faults;
}
