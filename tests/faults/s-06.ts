import { exportJWK, generateKeyPair } from "jose";
import type { TestDatabase } from "../support/database-at.ts";
import { KEY_ID, startForgingProvider } from "../support/forging-provider.ts";
import { FORGED_ANSWERS } from "./forged-answers.ts";
import { FORGED_TOKENS, sign } from "./forged-tokens.ts";
import { replayCodes } from "./replayed-codes.ts";
import type { FaultContext, FaultRow } from "./row.ts";
import { type Attempt, answerHonestly, attemptsAt, tokensWith } from "./sign-in-attempts.ts";

const ATTACKS: [string, (attempt: Attempt, next: () => Promise<Attempt>) => Promise<boolean>][] = [
  ...Object.entries(FORGED_TOKENS).map(([name, forge]): (typeof ATTACKS)[number] => [
    `a token with ${name}`,
    async (attempt) => {
      attempt.provider.tokens = tokensWith(await forge(attempt));
      return attempt.comeBack();
    },
  ]),
  ...Object.entries(FORGED_ANSWERS),
];

/** Forged, stolen, replayed and broken answers of an OpenID provider; between them honest ones, which must get in. */
export const s06: FaultRow = {
  id: "S-06",
  title: "OpenID Connect and its tokens",
  bound: "nobody is let in by a forged answer; honest ones are, also after the provider changed its keys",
  counts: { quick: ATTACKS.length + 2, full: 5 * ATTACKS.length + 2 },
  async run(context) {
    const failures = await replayCodes(context);
    let n = 2;
    while (n < context.n) {
      failures.push(...(await attackAll(context, ATTACKS.slice(0, context.n - n))));
      n += Math.min(ATTACKS.length, context.n - n);
    }
    return { n, failures };
  },
};

/** Each attack once, on a provider and a server of their own. */
async function attackAll(context: FaultContext, attacks: typeof ATTACKS): Promise<string[]> {
  const provider = await startForgingProvider();
  context.cleanUp(provider.close);
  const database = await context.database();
  const next = await attemptsAt(context, database, provider);
  const failures: string[] = [];
  const mustGetIn = async (when: string) => {
    const attempt = await next();
    if (!(await answerHonestly(attempt, sign(attempt))))
      failures.push(`an honest answer was refused ${when}`);
  };
  // Before anybody has seen its keys.
  provider.givesKeys = false;
  const first = await next();
  if (await answerHonestly(first, sign(first)))
    failures.push("a token was believed without the provider's keys");
  provider.givesKeys = true;
  await mustGetIn("at first");
  for (const [name, attack] of context.random.shuffled(attacks)) {
    const before = await countSessions(database);
    if (await attack(await next(), next)) failures.push(`${name}: somebody was let in`);
    if ((await countSessions(database)) !== before) failures.push(`${name}: a session was opened`);
    provider.tokens = { body: {} };
  }
  await mustGetIn("after all attacks");
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  Object.assign(provider, { privateKey, publicKey });
  provider.keys = [{ ...(await exportJWK(publicKey)), kid: `${KEY_ID}, the next`, alg: "RS256", use: "sig" }];
  const attempt = await next();
  const rotated = sign(attempt, {}, { kid: `${KEY_ID}, the next` });
  if (!(await answerHonestly(attempt, rotated))) failures.push("an honest answer was refused after new keys");
  const forged = provider.asked.filter((path) => path.includes("forged"));
  if (forged.length > 0) failures.push(`Holt asked for ${forged.join(", ")}, which a token named`);
  return failures;
}

async function countSessions({ db }: TestDatabase): Promise<number> {
  const open = db.selectFrom("session").select("session_sha256").where("ended_at", "is", null);
  return (await open.execute()).length;
}
