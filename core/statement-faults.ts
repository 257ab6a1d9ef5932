/** SQL of a definition that could not run as one statement inside Holt's own. */
import type { Definition } from "./definition.ts";
import type { Fault } from "./faults.ts";
import { queriesOfQa } from "./qa-queries.ts";

/** Comments (one within another, too), and what may have any character in it: texts, names, dollar-quoted text. */
const NOT_CODE =
  /(--.*|\/\*(?:\/\*[\s\S]*?\*\/|[\s\S])*?\*\/)|(?<!\w)e'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<!\w)\$([a-z_]\w*)?\$[\s\S]*?\$\2\$/gi;

/** A feature table, a data test and QA's SQL go into a larger statement, so each is one query; any other step is one statement. */
export function findStatementFaults({ features, steps, qa }: Definition): Fault[] {
  return [
    ...Object.entries(features).flatMap(([name, { sql }]) => queryFaults(["features", name, "sql"], sql)),
    ...Object.entries(steps).flatMap(([name, step]) => {
      if (!("sql" in step)) return [];
      const path = ["steps", name, "sql"];
      return step.expect ? queryFaults(path, step.sql) : oneStatement(path, codeOf(step.sql));
    }),
    ...queriesOfQa(qa).flatMap(({ path, sql }) => queryFaults(path, sql)),
  ];
}

/** What keeps SQL from being one query within a larger one. */
export function queryFaults(path: string[], sql: string): Fault[] {
  const code = codeOf(sql);
  if (!/^(select|with|values|table|\()/i.test(code))
    return [{ path, problem: 'is not a query; begin it with "select" or "with"' }];
  return oneStatement(path, code);
}

function oneStatement(path: string[], code: string): Fault[] {
  if (code === "") return [{ path, problem: "has no statement in it; write one" }];
  const end = code.indexOf(";");
  if (end < 0) return [];
  return /^[;\s]*$/.test(code.slice(end))
    ? [{ path, problem: "ends with a semicolon; remove it" }]
    : [{ path, problem: "has more than one statement; write one, without a semicolon" }];
}

/** The statement without its comments, and with nothing between its quotes. */
export function codeOf(sql: string): string {
  return sql.replace(NOT_CODE, (_, comment?: string) => (comment === undefined ? "''" : " ")).trim();
}
