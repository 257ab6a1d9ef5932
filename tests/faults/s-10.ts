import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Role } from "../../core/roles.ts";
import { decide } from "../../db/decisions.ts";
import { deploy } from "../../db/deployments.ts";
import { findRelease } from "../../db/releases.ts";
import { findReview, openReview } from "../../db/reviews.ts";
import type { Tables } from "../../db/tables.ts";
import { registerVersion } from "../../db/versions.ts";
import { sha256 } from "../../store/digest.ts";
import { addRunToReview, addTestPerson } from "../support/reviewed-run.ts";
import { Random } from "./random.ts";
import type { FaultRow } from "./row.ts";
import { type ModelPerson, type ModelRules, RuleModel, type Vote } from "./rule-model.ts";

/** As many sessions at once as two cores bear. */
const SESSIONS = 4;
const STEPS = 9;
const HOUR_MS = 3_600_000;
const GROUPS = ["editors", "chiefs"] as const;

/** Accounts of every kind that could be taken for a second human being. */
const PEOPLE: readonly ModelPerson[] = [
  person("ann", ["reviewer"], ["editors"]),
  person("bob", ["reviewer"], ["editors", "chiefs"]),
  person("cat", ["reviewer"], []),
  person("dan", ["submitter", "reviewer"], ["chiefs"]),
  person("eve", ["admin"], ["editors"]),
  person("fay", ["viewer"], ["editors"]),
  person("gus", ["submitter"], []),
  person("hal", ["reviewer"], ["chiefs"], { email: "hal@example.org" }),
  person("ida", ["reviewer"], ["editors"], { email: "HAL@Example.org" }),
  person("kim", ["reviewer"], ["chiefs"]),
  person("ann-bot", ["reviewer"], ["chiefs"], { owner: "ann" }),
  person("hal-bot", ["reviewer"], [], { owner: "hal" }),
  person("gus-bot", ["reviewer"], ["editors"], { owner: "gus" }),
  person("joe", ["reviewer"], ["editors"], { disabled: true }),
];

/**
 * Random reviews: rules, requesters, appliers, groups, programs, twins, delegations, questions, people who leave meanwhile.
 * After each step the database and an independent model must agree on what was taken and what the review is, and at
 * the end on whether it goes live.
 */
export const s10: FaultRow = {
  id: "S-10",
  title:
    "One human with several accounts, tokens, programs, groups or delegations decides as if they were more",
  bound: "each human counts once, as an independent model of the rules says",
  counts: { quick: 150, full: 10_000 },
  async run(context) {
    const { db } = await context.database();
    const failures: string[] = [];
    let n = 0;
    const work = async (session: number) => {
      // of its own, so that no session waits for another
      const accounts = await addPeople(db, `-${session}`);
      for (let trial = session; trial < context.n; trial += SESSIONS) {
        const random = new Random(context.seed * 1_000_003 + trial);
        const difference = await tryOne(db, { random, accounts, model: `m${session}` });
        if (difference) failures.push(`sequence ${trial}: ${difference}`);
        n += 1;
      }
    };
    await Promise.all(Array.from({ length: SESSIONS }, (_, session) => work(session)));
    // A model that counts programs as people must differ from the database, or the comparison sees nothing.
    const accounts = await addPeople(db, "-c");
    let found = false;
    for (let trial = 0; !found && trial < 500; trial++) {
      const random = new Random(context.seed * 1_000_003 + trial);
      found = Boolean(await tryOne(db, { random, accounts, model: "mc", countsPrograms: true }));
    }
    if (!found) failures.push("a model that counts programs as people was not told from the database");
    return { n, failures };
  },
};

function person(name: string, roles: Role[], groups: string[], more: Partial<ModelPerson> = {}): ModelPerson {
  return { name, roles, groups, disabled: false, ...more };
}

interface Account extends ModelPerson {
  personId: string;
  /** A token and a session of the same person: one voice. */
  proofs: string[];
}

async function addPeople(db: Kysely<Tables>, suffix: string): Promise<Map<string, Account>> {
  const added = new Map<string, Account>();
  for (const person of PEOPLE) {
    const { roles, groups, email, disabled } = person;
    const name = `${person.name}${suffix}`;
    const owner = person.owner === undefined ? undefined : added.get(`${person.owner}${suffix}`);
    const { personId, proof } = await addTestPerson(db, roles as Role[], {
      groups: [...groups],
      ...(email ? { email } : {}),
      ...(owner ? { ownerId: owner.personId } : {}),
    });
    const disabled_at = disabled ? new Date() : null;
    await db.updateTable("person").set({ name, disabled_at }).where("id", "=", personId).execute();
    const session = `session of ${name}`;
    const expires_at = new Date(Date.now() + 12 * HOUR_MS);
    await db
      .insertInto("session")
      .values({ session_sha256: sha256(session), person_id: personId, expires_at })
      .execute();
    added.set(name, {
      ...{ ...person, name, personId, proofs: [proof, session] },
      ...(owner ? { owner: owner.name } : {}),
    });
  }
  return added;
}

interface Trial {
  random: Random;
  accounts: Map<string, Account>;
  model: string;
  countsPrograms?: boolean;
}

/** One sequence, undone afterwards. @returns the first difference */
function tryOne(db: Kysely<Tables>, trial: Trial): Promise<string | undefined> {
  return db.connection().execute(async (session) => {
    await sql`begin`.execute(session);
    try {
      return await compare(session, trial);
    } finally {
      await sql`rollback`.execute(session);
    }
  });
}

async function compare(
  db: Kysely<Tables>,
  { random, accounts, model, countsPrograms }: Trial,
): Promise<string | undefined> {
  const names = [...accounts.keys()];
  const id = (name: string) => String(accounts.get(name)?.personId);
  const rules = someRules(random, names);
  const failed = random.below(3) === 0;
  const requester = random.below(4) === 0 ? undefined : random.pick(names);
  const authors = random.shuffled(names).slice(0, random.below(3));
  const run = await addRunToReview(db, {
    model,
    rules,
    checks: [{ severity: "error", verdict: failed ? "fail" : "pass" }],
    ...(requester ? { requesterId: id(requester) } : {}),
  });
  const { definition_digest } = await db
    .selectFrom("run")
    .select("definition_digest")
    .where("id", "=", run.runId)
    .executeTakeFirstOrThrow();
  for (const author of authors)
    await db
      .insertInto("definition_author")
      .values({ definition_digest, person_id: id(author) })
      .execute();
  const { state } = await openReview(db, { ...run, waitMs: HOUR_MS });
  if (failed && !rules.override) return state === "qa_failed" ? undefined : `opened as ${state}`;
  const expected = new RuleModel(
    [...accounts.values()],
    { rules, failed, requester, authors },
    countsPrograms,
  );

  const gone: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    const name = random.pick(names);
    const what = random.below(10);
    if (what === 0) {
      const to = random.pick(names.filter((other) => other !== name));
      expected.lent.push({ from: name, to });
      await lend(db, id(name), id(to));
    } else if (what === 1) {
      expected.change(name, { disabled: true });
      gone.push(name);
      await db.updateTable("person").set({ disabled_at: new Date() }).where("id", "=", id(name)).execute();
    } else {
      const vote = someVote(random, name, failed);
      const taken = await tryDecide(db, run, vote, random.pick(accounts.get(name)?.proofs ?? []));
      const review = await findReview(db, run.runId);
      if (taken !== expected.decide(vote) || review?.state !== expected.state)
        return `${JSON.stringify({ rules, failed, requester, authors, lent: expected.lent, votes: expected.votes, gone, vote })}: taken ${taken}, then ${review?.state}; expected ${expected.state}`;
    }
  }
  const live = await tryDeploy(db, run);
  return live === expected.mayGoLive() ? undefined : `went live: ${live}; ${JSON.stringify(expected.votes)}`;
}

function someRules(random: Random, names: readonly string[]): ModelRules {
  const some = <T>(list: readonly T[], most: number) =>
    random.shuffled(list).slice(0, random.below(most + 1));
  const override = random.below(2) === 0 ? { groups: some(GROUPS, 1) } : undefined;
  const reviewers =
    random.below(2) === 0 ? { people: some(names, 6), groups: some(GROUPS, 2) as string[] } : undefined;
  const approvals = 1 + random.below(3);
  return { approvals, ...(override ? { override } : {}), ...(reviewers ? { reviewers } : {}) };
}

function someVote(random: Random, by: string, failed: boolean): Vote {
  const verdict = random.pick(["approve", "approve", "approve", "approve", "ask", "reject"] as const);
  const override = verdict === "approve" && (random.below(8) === 0 ? !failed : failed);
  return { by, verdict, override, reason: random.below(8) === 0 ? "" : `because of ${verdict}` };
}

async function lend(db: Kysely<Tables>, from_person: string, to_person: string): Promise<void> {
  // by the clock, so that the oldest comes first, also within one transaction
  const since = sql<Date>`clock_timestamp()`;
  const until = new Date(Date.now() + HOUR_MS);
  await db
    .insertInto("delegation")
    .values({ from_person, to_person, since, until, reason: "away" } as never)
    .execute();
}

async function tryDecide(
  db: Kysely<Tables>,
  { runId, releaseDigest, reportDigest }: Awaited<ReturnType<typeof addRunToReview>>,
  { verdict, override, reason }: Vote,
  proof: string,
): Promise<boolean> {
  const seen = { runId, releaseDigest, reportDigest, channel: "api" as const };
  return undoneIfRefused(db, () => decide(db, { ...seen, verdict, override, reason, proof }));
}

async function tryDeploy(
  db: Kysely<Tables>,
  run: Awaited<ReturnType<typeof addRunToReview>>,
): Promise<boolean> {
  return undoneIfRefused(db, async () => {
    const version = await registerVersion(db, run.runId);
    const artifactDigest = String((await findRelease(db, run.releaseDigest))?.artifactDigest);
    await deploy(db, { runId: run.runId, version }, { artifactDigest, reportDigest: run.reportDigest });
  });
}

async function undoneIfRefused(db: Kysely<Tables>, act: () => Promise<unknown>): Promise<boolean> {
  await sql`savepoint before`.execute(db);
  try {
    await act();
    return true;
  } catch (error) {
    await sql`rollback to savepoint before`.execute(db);
    const isRefusal = ["NotAllowed", "Conflict", "InvalidInput", "BrokenPromise"];
    if (error instanceof Error && isRefusal.includes(error.name)) return false;
    throw error;
  }
}
