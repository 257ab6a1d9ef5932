/** Releases and QA reports: what a person signs, each under its digest; rows are only added. */
import type { Kysely } from "kysely";
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

export async function findRelease(db: Kysely<Tables>, digest: string): Promise<Release | undefined> {
  const row = await db.selectFrom("release").select("body").where("digest", "=", digest).executeTakeFirst();
  return row && releaseSchema.parse(row.body);
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

export async function hasReport(db: Kysely<Tables>, digest: string): Promise<boolean> {
  const row = await db
    .selectFrom("qa_report")
    .select("digest")
    .where("digest", "=", digest)
    .executeTakeFirst();
  return row !== undefined;
}
