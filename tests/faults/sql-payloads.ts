import type { Random } from "./random.ts";

const CORES = [
  "'",
  "''",
  '"',
  "`",
  "\\'",
  "%27",
  "';",
  "' or '1'='1",
  "' or 1=1 --",
  '" or "1"="1',
  "1 or 1=1",
  "') or ('1'='1",
  "' union select null --",
  "' union select name, roles::text, null, null from person --",
  "1; drop table canary; --",
  "'; drop table canary; --",
  "'; insert into canary values ('x'); --",
  "'; update person set roles = '{admin}'; --",
  "'; delete from audit; --",
  "'; copy person to program 'id'; --",
  "' and (select pg_sleep(2)) is null --",
  "'||pg_sleep(2)||'",
  "1 and 1=cast((select token_sha256 from token limit 1) as int)",
  "' and 1=cast(version() as int) --",
  "$$; drop table canary; $$",
  "$1",
  "$1::text",
  "E'\\x27'",
  "U&'\\0027'",
  "ʼ or 1=1",
  "＇ or 1=1",
  "\u0000' or 1=1",
  "/**/or/**/1=1",
  "';/*",
  "*/ or 1=1 --",
  "' or true limit 1 offset 0 --",
  '{"$ne": null}',
  "->>'name'",
  "$.store[*]",
  "' returning * --",
  "'; begin; --",
  "'; commit; --",
  "'; set role postgres; --",
  "'; notify live; --",
  "'; do $$ begin perform pg_terminate_backend(pid) from pg_stat_activity; end $$; --",
  "admin'--",
  "x' and exists(select 1 from person) --",
  "{{ sales }}",
  "{{ as_of }}'",
  "%s",
  "?",
  ":name",
  "@@version",
  "sales; --",
  "\\",
  "\\\\",
  "a\tb",
  "a\nb; drop table canary",
  "public.person",
  'data"."x',
];

/** `count` pieces of SQL that would show when they were read as such: the known ones first, then mixtures of them. */
export function sqlPayloads(count: number, random: Random): string[] {
  const mixtures = Array.from({ length: Math.max(count - CORES.length, 0) }, () => {
    const core = random.pick(CORES);
    return random.pick([
      () => `shop${core}`,
      () => core.toUpperCase(),
      () => core.replaceAll(" ", "/**/"),
      () => core.replaceAll("'", random.pick(['"', "''", "\\'", "’", "%27", "`"])),
      () => core + random.pick(CORES),
      () => random.pick(CORES).slice(0, 3) + core,
      () => `${core} -- ${random.below(1_000)}`,
      () => `(${core})`,
    ])();
  });
  return [...CORES, ...mixtures].slice(0, count);
}

/** Words of PostgreSQL, of the driver or of a stack; none belongs into an answer. */
export const LEAKS =
  /syntax error|unterminated|SQLSTATE|relation ".*" does not exist|invalid input syntax|operator does not exist|pg_catalog|at async |node_modules|PostgreSQL 1|error: /i;
