import { issueToken, revokeToken, SET_UP } from "../../operations/people.ts";
import { issueSignInCode, openSession } from "../../operations/sessions.ts";
import { sha256 } from "../../store/digest.ts";
import { addActor } from "../support/actors.ts";
import type { TestDatabase } from "../support/database-at.ts";
import type { TestServer } from "../support/server-at.ts";
import type { Random } from "./random.ts";
import type { FaultRow } from "./row.ts";

const TTL_MS = 600_000;
const REVOKED_WITHIN_MS = 1_000;
/** Sign-ins a minute from one address; see server/routes/session.ts. */
const SIGN_INS = 30;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** What a stolen copy of the database gives away, and how far guessing gets. */
export const s04: FaultRow = {
  id: "S-04",
  title: "tokens: a stolen dump, guesses, revocation",
  bound: "no secret is in the database, no guess opens anything, a revoked token is refused within a second",
  counts: { quick: 500, full: 10_000 },
  async run(context) {
    const database = await context.database();
    const server = await context.server(database);
    const secrets = await issueSecrets(server);
    const failures = await dumpGivesAway(database, secrets);
    let n = secrets.length;
    for (; n < context.n; n++) {
      const guess = guessOf(context.random, secrets);
      const { statusCode } = await server.app.inject({
        url: "/api/me",
        headers: { authorization: `Bearer ${guess}` },
      });
      if (statusCode !== 401) failures.push(`a guess is answered with ${statusCode}`);
    }
    failures.push(...(await limitsSignIns(server)), ...(await revokes(server)));
    return { n: n + 2, failures };
  },
};

/** One of each kind that is handed out, all of them good. */
async function issueSecrets({ operations }: TestServer): Promise<string[]> {
  const actor = await addActor(operations, "admin", { name: "ada" });
  const { token } = await issueToken(operations, SET_UP, { name: "ada", label: "ci", ttlMs: TTL_MS });
  const { code } = await issueSignInCode(operations, actor);
  const { session } = await openSession(operations, { token });
  return [actor.proof.reveal(), token, code, session];
}

/** Every row of every table, as text. The hashes are there, which shows that the scan would find what is. */
async function dumpGivesAway({ pool }: TestDatabase, secrets: readonly string[]): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'data')",
  );
  let dump = "";
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`select t::text as text from ${name} as t`);
    dump += rows.map(({ text }) => `${text}\n`).join("");
  }
  return secrets.flatMap((secret) => {
    const random = secret.slice("holt_".length);
    const parts = [random, random.slice(0, 20), Buffer.from(random, "base64url").toString("hex")];
    return [
      ...parts.filter((part) => dump.includes(part)).map(() => "a secret stands in the database"),
      ...(dump.includes(sha256(secret)) ? [] : ["a secret's hash is not found, so the scan proves nothing"]),
    ];
  });
}

/** Of the right form: made up, a letter away from a good one, or what a dump would give. */
function guessOf(random: Random, secrets: readonly string[]): string {
  const secret = random.pick(secrets);
  const letter = random.pick([...LETTERS]);
  const at = 5 + random.below(43);
  const changed = secret[at] === letter ? "~" : letter;
  return random.pick([
    `holt_${Array.from({ length: 43 }, () => random.pick([...LETTERS])).join("")}`,
    secret.slice(0, at) + changed + secret.slice(at + 1),
    sha256(secret),
    `holt_${sha256(secret).slice(0, 43)}`,
    secret.slice(0, -1),
  ]);
}

async function limitsSignIns({ app }: TestServer): Promise<string[]> {
  const answers = new Map<number, number>();
  for (let count = 0; count < 2 * SIGN_INS; count++) {
    const { statusCode } = await app.inject({
      method: "POST",
      url: "/api/session",
      payload: { code: `holt_${"A".repeat(43)}` },
    });
    answers.set(statusCode, (answers.get(statusCode) ?? 0) + 1);
  }
  const [refused, held] = [answers.get(401) ?? 0, answers.get(429) ?? 0];
  return refused <= SIGN_INS && held === 2 * SIGN_INS - refused && held > 0
    ? []
    : [`${refused} of ${2 * SIGN_INS} guessed codes were looked at, ${held} were held back`];
}

/** Also where a token is remembered for a moment, so that recommendations are fast. */
async function revokes(server: TestServer): Promise<string[]> {
  const { app, operations } = server;
  const headers = await server.asProgram("service");
  const ask = async () =>
    (await app.inject({ url: "/v1/models/none/recommendations?user=u", headers })).statusCode;
  if ((await ask()) !== 404) return ["a good token is not let in"];
  await revokeToken(operations, SET_UP, { name: "service-1", label: "" });
  const revokedAt = performance.now();
  while ((await ask()) !== 401)
    if (performance.now() - revokedAt > REVOKED_WITHIN_MS)
      return [`a revoked token is good after ${REVOKED_WITHIN_MS} ms`];
  return [];
}
