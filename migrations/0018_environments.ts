/** A release of another environment: whose key is trusted here, and what came with it. Old workers may run: it only adds. */
import type { Kysely } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addImport } from "./environment-functions/import.ts";
import { addTrust } from "./environment-functions/trust.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["trust_environment", "distrust_environment", "export_release", "import_release"]);
  await addTrust(db);
  await addImport(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on trusted_environment, imported_release"],
      holt_server: ["select on trusted_environment, imported_release"],
      holt_auditor: ["select on trusted_environment, imported_release"],
    },
    calls: { holt_server: ["trust_environment", "distrust_environment", "note_export", "import_release"] },
  });
}
