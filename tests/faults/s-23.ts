import { readCheckpointLines } from "../../operations/audit-checkpoint-file.ts";
import { exportCheckpoint } from "../../operations/audit-checkpoints.ts";
import { makeSigningKey, readPublicKeys, readSigningKey } from "../../operations/audit-keys.ts";
import { verifyAudit } from "../../operations/audit-verify.ts";
import { addEntries } from "../support/audit-entries.ts";
import { FOUND_AS, isSeenOnlyOutside, TAMPERINGS, tamper } from "../support/audit-tampering.ts";
import { createDatabaseAt } from "../support/database-at.ts";
import type { FaultContext, FaultRow } from "./row.ts";

const KINDS = Object.keys(TAMPERINGS);

/** The superuser changes the audit log in every way, each time elsewhere in it. */
export const s23: FaultRow = {
  id: "S-23",
  title: "audit tamper",
  bound: "every one is found, named by its kind; a cut end and a rebuilt chain by the signed checkpoints",
  counts: { quick: KINDS.length, full: 20 * KINDS.length },
  async run(context) {
    const failures: string[] = [];
    for (let trial = 0; trial < context.n; trial++) {
      const name = KINDS[trial % KINDS.length] as string;
      const failure = await tamperOnce(context, name);
      if (failure) failures.push(`trial ${trial}, somebody ${name}: ${failure}`);
    }
    return { n: context.n, failures };
  },
};

async function tamperOnce(context: FaultContext, name: string): Promise<string | undefined> {
  const database = await createDatabaseAt(context.postgresUrl);
  try {
    const folder = await context.folder();
    await makeSigningKey(`${folder}/key.pem`);
    await database.db.insertInto("person").values({ name: "ada" }).execute();
    await addEntries(database, 3 + context.random.below(30));
    await exportCheckpoint(database, { folder, key: await readSigningKey(`${folder}/key.pem`) });
    const verify = async () =>
      verifyAudit(database, {
        lines: await readCheckpointLines(folder),
        keys: await readPublicKeys(`${folder}/public-key.pem`),
      });
    // The means must find nothing where nothing is.
    if (!(await verify()).intact) return "a log that nobody changed was said to be changed";
    await tamper(database.url, name, context.random);
    if (isSeenOnlyOutside(name) && !(await verifyAudit(database)).intact)
      return "the database alone shows it, so this isn't the attack that it is meant to be";
    const { faults } = await verify();
    const kinds = faults.map(({ kind }) => kind);
    const expected = FOUND_AS[name];
    return expected && kinds.includes(expected) ? undefined : `found as ${kinds.join(", ") || "nothing"}`;
  } finally {
    await database.close();
  }
}
