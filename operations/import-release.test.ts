/** What comes in from another environment: whole, as it was signed by whom an admin trusts, or not at all. */
import { generateKeyPairSync } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canonicalJson } from "../core/json.ts";
import type { Manifest } from "../core/release-export.ts";
import { findBarrier } from "../db/decisions.ts";
import { openReview } from "../db/reviews.ts";
import { getReviewDetail } from "../db/views/reviews.ts";
import { writeReleaseFile } from "../store/release-file.ts";
import { seal } from "../store/release-seal.ts";
import { addActor } from "../tests/support/actors.ts";
import { type Environments, openEnvironments } from "../tests/support/environments.ts";
import { addShop } from "../tests/support/shop.ts";
import { distrustEnvironment } from "./environments.ts";
import { exportRelease } from "./export-release.ts";
import { importRelease } from "./import-release.ts";

let two: Environments;
let path: string;
let bytes: Buffer;

beforeAll(async () => {
  two = await openEnvironments();
  path = await two.exported("shop.holt");
  bytes = await readFile(path);
});
afterAll(() => two.close());

/** Imports bytes as production's engineer. */
async function take(written: Uint8Array) {
  const changed = join(two.folder, "changed.holt");
  await writeFile(changed, written);
  return importRelease(two.production, two.production.engineer, changed);
}

async function rowsOf({ database: { db } } = two.production): Promise<number[]> {
  const tables = ["run", "step", "release", "qa_report", "imported_release", "review", "audit", "wake_up"];
  const counts = tables.map((table) =>
    db
      .selectFrom(table as "run")
      .select(({ fn }) => fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow(),
  );
  return (await Promise.all(counts)).map(({ n }) => Number(n));
}

it("writes a file that only its owner reads, which tar can look into, and says who took it out", async () => {
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(bytes.subarray(257, 262).toString()).toBe("ustar");
  await expect(two.exported("shop.holt")).rejects.toThrow(/shop\.holt": is there already; name another/);
  const { db } = two.staging.database;
  const told = await db
    .selectFrom("audit")
    .select(["action", "person_id", "subject"])
    .where("action", "=", "export_release")
    .executeTakeFirst();
  expect(told).toMatchObject({
    person_id: two.staging.engineer.personId,
    subject: `run ${two.staging.runId}`,
  });
});

it("writes the same bytes for the same content, but for the time and its signature", async () => {
  const again = await readFile(await two.exported("again.holt"));
  expect(again.length).toBe(bytes.length);
  const firstMember = bytes.indexOf("release.json\0");
  expect(again.subarray(firstMember).equals(bytes.subarray(firstMember))).toBe(true);
});

it("exports only what was approved", async () => {
  const { database } = two.staging;
  const of = {
    path: join(two.folder, "none.holt"),
    environment: "staging",
    privateKey: two.staging.privateKey,
  };
  await expect(
    exportRelease(two.staging, two.staging.engineer, { ...of, model: "shop", runId: "shop-none" }),
  ).rejects.toThrow('run "shop-none": is not in the database; see "holt runs"');
  await expect(
    exportRelease(two.staging, two.staging.engineer, { ...of, model: "films", runId: two.staging.runId }),
  ).rejects.toThrow('is not one of model "films"');
  const reviewer = await addActor({ database }, "reviewer");
  await expect(exportRelease(two.staging, reviewer, { ...of, model: "shop" })).rejects.toThrow(
    /may not submit/,
  );
  await expect(stat(of.path)).rejects.toThrow("ENOENT");
});

test.prop([fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 255 })], {
  numRuns: 50,
})("refuses a file in which any one byte is another, and nothing of it is there", async (where, change) => {
  const before = await rowsOf();
  const changed = Buffer.from(bytes);
  const at = Math.floor(where * bytes.length);
  changed[at] = (changed[at] ?? 0) ^ change;
  await expect(take(changed)).rejects.toMatchObject({ name: "InvalidInput" });
  expect(await rowsOf()).toEqual(before);
});

test.prop([fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })], { numRuns: 20 })(
  "refuses a file that ends anywhere, or goes on after its end",
  async (where) => {
    const before = await rowsOf();
    await expect(take(bytes.subarray(0, Math.floor(where * bytes.length)))).rejects.toThrow(/ends too early/);
    await expect(take(Buffer.concat([bytes, Buffer.alloc(1 + Math.floor(where * 999))]))).rejects.toThrow(
      /something stands after its end/,
    );
    expect(await rowsOf()).toEqual(before);
  },
);

it("refuses what a stranger signed, and what calls itself by another's name", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const before = await rowsOf();
  const foreign = await two.exported("foreign.holt", { privateKey });
  await expect(importRelease(two.production, two.production.engineer, foreign)).rejects.toThrow(
    /is signed by key [0-9a-f]{16}, which is not trusted here; an admin trusts it with "holt keys trust <file> --name staging"/,
  );
  const renamed = await two.exported("renamed.holt", { environment: "qa" });
  await expect(importRelease(two.production, two.production.engineer, renamed)).rejects.toThrow(
    'says that it comes from "qa", and its key is trusted here as "staging"',
  );
  expect(await rowsOf()).toEqual(before);
});

it("refuses what a trusted key signed that does not fit: a path, a size, a format, a missing part", async () => {
  const text = bytes.subarray(512, 512 + bytes.subarray(512).indexOf("\0")).toString();
  const manifest = JSON.parse(text) as Manifest;
  const before = await rowsOf();
  const signed = async (change: object, read = async () => Buffer.alloc(0)) => {
    const file = join(two.folder, `signed-${JSON.stringify(change).length}.holt`);
    const changed = { ...manifest, ...change } as Manifest;
    const manifestText = canonicalJson(changed);
    const sealed = { manifest: changed, manifestText, seal: seal(manifestText, two.staging.privateKey) };
    await writeReleaseFile(file, sealed, read);
    return expect(importRelease(two.production, two.production.engineer, file)).rejects;
  };
  const [first, ...others] = manifest.files as [Manifest["files"][0], ...Manifest["files"]];
  await (await signed({ files: [{ ...first, name: "../../home/.profile" }, ...others] })).toThrow(
    '"release.json" is missing in its manifest',
  );
  await (await signed({ files: [{ ...first, sizeBytes: 70_000_000 }, ...others] })).toThrow(
    '"release.json" has 70000000 bytes, and 67108864 are the most',
  );
  await (await signed({ format: 7 })).toThrow("is of format 7, and this Holt reads format 1");
  await (await signed({ files: others.slice(0, 2) })).toThrow("its manifest is none");
  expect(await rowsOf()).toEqual(before);
});

it("refuses a model that has another definition here, or none", async () => {
  const { db } = two.production.database;
  await addShop(db, "shop", { description: "another" });
  const before = await rowsOf();
  await expect(take(bytes)).rejects.toThrow(
    /model "shop": its definition here is [0-9a-f]{64}, and the release is of definition [0-9a-f]{64}; apply that one/,
  );
  expect(await rowsOf()).toEqual(before);
  await addShop(db);
});

it("brings release, report and evidence into a run that waits for a decision, and once only", async () => {
  const { database, engineer } = two.production;
  const { db } = database;
  const reviewer = await addActor({ database }, "reviewer");
  await expect(importRelease(two.production, reviewer, path)).rejects.toThrow(/may not submit/);
  const { runId, isNew, manifest } = await importRelease(two.production, engineer, path);
  expect({ isNew, runId }).toEqual({
    isNew: true,
    runId: expect.stringMatching(/^shop-staging-[0-9a-f]{12}$/),
  });
  expect(await db.selectFrom("live").selectAll().execute()).toEqual([]);
  expect(await db.selectFrom("decision").selectAll().execute()).toEqual([]);

  const after = await rowsOf();
  expect(await importRelease(two.production, engineer, path)).toEqual({ runId, isNew: false, manifest });
  expect(await rowsOf()).toEqual(after);

  const { release_digest, report_digest } = await db
    .selectFrom("imported_release")
    .selectAll()
    .executeTakeFirstOrThrow();
  const review = { runId, releaseDigest: release_digest, reportDigest: report_digest, waitMs: 3_600_000 };
  await expect(openReview(db, { ...review, reportDigest: await otherReport(db) })).rejects.toThrow(
    "release or report is not the one that was imported",
  );
  expect(await openReview(db, review)).toMatchObject({ state: "open" });
  await db
    .updateTable("person")
    .set({ roles: ["deployer", "reviewer"] })
    .where("id", "=", engineer.personId)
    .execute();
  expect(await findBarrier(db, runId, engineer.personId)).toBe("requester");
  expect(await findBarrier(db, runId, reviewer.personId)).toBeNull();
  expect(await getReviewDetail(db, runId)).toMatchObject({
    releaseDigest: manifest.releaseDigest,
    approvals: 0,
    importedFrom: {
      environment: "staging",
      runId: two.staging.runId,
      isSigned: true,
      decisions: [{ verdict: "approve", reason: "good" }],
    },
  });
});

it("shows that what is stored is not what was signed, whoever changed it", async () => {
  const { database } = two.production;
  const { run_id } = await database.db
    .selectFrom("imported_release")
    .select("run_id")
    .executeTakeFirstOrThrow();
  await database.pool.query("alter table imported_release disable trigger user");
  await database.pool.query(
    `update imported_release set evidence = replace(evidence, '"reason":"good"', '"reason":"best"')`,
  );
  expect((await getReviewDetail(database.db, run_id)).importedFrom).toMatchObject({
    isSigned: false,
    decisions: [{ reason: "best" }],
  });
});

it("takes nothing more from a key that is trusted no more, and does not trust it again", async () => {
  const { admin, engineer } = two.production;
  const [key] = await two.production.database.db.selectFrom("trusted_environment").select("key_id").execute();
  await expect(distrustEnvironment(two.production, engineer, String(key?.key_id))).rejects.toThrow(
    /may not administer/,
  );
  await distrustEnvironment(two.production, admin, String(key?.key_id).slice(0, 8));
  await expect(take(bytes)).rejects.toThrow(/which is not trusted here/);
});

async function otherReport(db: Environments["production"]["database"]["db"]): Promise<string> {
  const digest = "f".repeat(64);
  await db
    .insertInto("qa_report")
    .values({ digest, body: JSON.stringify({ checks: [] }) })
    .execute();
  return digest;
}
