/** Releases and QA reports: what a person signs, each under its digest; rows are only added. */
import type { Kysely } from "kysely";
import { BrokenPromise, NotFound } from "../core/errors.ts";
import type { QaReport } from "../core/qa-report.ts";
import { type Release, releaseSchema } from "../core/release.ts";
import { digestOf } from "../store/digest.ts";
import type { Tables } from "./tables.ts";

/** Stores a release and returns its digest; the same again changes nothing. */
export async function addRelease(db: Kysely<Tables>, release: Release): Promise<string> {
  const digest = digestOf(release);
  await db
    .insertInto("release")
    .values({ digest, model: release.model, body: JSON.stringify(release) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return digest;
}

/** @throws {BrokenPromise} what is stored isn't what has this digest */
export async function findRelease(db: Kysely<Tables>, digest: string): Promise<Release | undefined> {
  const row = await db.selectFrom("release").select("body").where("digest", "=", digest).executeTakeFirst();
  return row && releaseOf(digest, row.body);
}

/**
 * A stored release, once it is known to be what was signed: whoever changed the row did not sign it.
 * @throws {BrokenPromise} its body hashes to something else
 */
export function releaseOf(digest: string, body: object): Release {
  return releaseSchema.parse(unchanged(`release ${digest}`, digest, body));
}

/** Stored data under its digest. @throws {BrokenPromise} it hashes to something else */
export function unchanged<Body extends object>(place: string, digest: string, body: Body): Body {
  const found = digestOf(body);
  if (found !== digest)
    throw new BrokenPromise(
      `${place}: what is stored hashes to ${found}, so it changed after it was stored; restore it, or run again`,
    );
  return body;
}

/** Stores a report and returns its digest; the same again changes nothing. */
export async function addReport(db: Kysely<Tables>, report: QaReport): Promise<string> {
  const digest = digestOf(report);
  await db
    .insertInto("qa_report")
    .values({ digest, body: JSON.stringify(report) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return digest;
}

/** A stored report, as it was made. @throws {NotFound} @throws {BrokenPromise} what is stored isn't what has this digest */
export async function getReport(db: Kysely<Tables>, digest: string): Promise<object> {
  const report = await findReport(db, digest);
  if (!report) throw new NotFound(`report ${digest}: is not in the database; start the run again`);
  return report;
}

/** The same, or undefined when it isn't there. @throws {BrokenPromise} */
export async function findReport(db: Kysely<Tables>, digest: string): Promise<object | undefined> {
  const row = await db.selectFrom("qa_report").select("body").where("digest", "=", digest).executeTakeFirst();
  return row && unchanged(`report ${digest}`, digest, row.body);
}
