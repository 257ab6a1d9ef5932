import type { Kysely } from "kysely";
import { type Migration, type MigrationProvider, Migrator } from "kysely/migration";
import { up as lifecycle } from "../migrations/0001_lifecycle.ts";
import { up as reviewRules } from "../migrations/0002_review_rules.ts";
import { up as peopleFunctions } from "../migrations/0003_people_functions.ts";
import { up as reviewFunctions } from "../migrations/0004_review_functions.ts";
import { up as auditChain } from "../migrations/0005_audit_chain.ts";
import { up as notices } from "../migrations/0005_notices.ts";
import { up as signInAttempts } from "../migrations/0005_sign_in_attempts.ts";
import { up as databaseRoles } from "../migrations/0006_database_roles.ts";
import { up as exposures } from "../migrations/0009_exposures.ts";
import { up as rollout } from "../migrations/0010_rollout.ts";
import { up as actsOfPeople } from "../migrations/0011_acts_of_people.ts";
import { up as safeguards } from "../migrations/0013_safeguards.ts";
import { up as editorialRules } from "../migrations/0014_editorial_rules.ts";
import { up as registry } from "../migrations/0015_registry.ts";
import { up as deploymentKinds } from "../migrations/0016_deployment_kinds.ts";
import { up as environments } from "../migrations/0018_environments.ts";
import { up as staticFiles } from "../migrations/0020_static_files.ts";
import { up as batches } from "../migrations/0021_batches.ts";
import { up as calendar } from "../migrations/0023_calendar.ts";
import { up as experiments } from "../migrations/0024_experiments.ts";
import { up as experimentSums } from "../migrations/0025_experiment_sums.ts";
import { up as experimentLooks } from "../migrations/0026_experiment_looks.ts";
import { up as keptFiles } from "../migrations/0028_kept_files.ts";
import { up as experimentIntake } from "../migrations/0029_experiment_intake.ts";
import { up as experimentMeasures } from "../migrations/0031_experiment_measures.ts";
import { up as experimentPauses } from "../migrations/0032_experiment_pauses.ts";
import { up as sourceProfiles } from "../migrations/0033_source_profiles.ts";
import { up as arrivalTimes } from "../migrations/0034_arrival_times.ts";
import { up as standstill } from "../migrations/0035_standstill.ts";
import { up as experimentFallbacks } from "../migrations/0036_experiment_fallbacks.ts";
import { up as alertDeliveries } from "../migrations/0037_alert_deliveries.ts";
import { up as experimentGiven } from "../migrations/0038_experiment_given.ts";
import { up as alertTests } from "../migrations/0039_alert_tests.ts";
import { up as experimentSegments } from "../migrations/0040_experiment_segments.ts";
import { up as alertSilences } from "../migrations/0041_alert_silences.ts";
import { up as experimentStoppedArms } from "../migrations/0042_experiment_stopped_arms.ts";
import { up as runHistories } from "../migrations/0043_run_histories.ts";
import { up as incidentActions } from "../migrations/0044_incident_actions.ts";
import { up as ownMetrics } from "../migrations/0045_own_metrics.ts";
import { up as peopleShown } from "../migrations/0046_people_shown.ts";
import { up as experimentNotices } from "../migrations/0047_experiment_notices.ts";
import { up as loggedLists } from "../migrations/0048_logged_lists.ts";
import type { Tables } from "./tables.ts";

/** By name and in order, so that a missing, renamed or reordered one is seen here and not on a customer's database. */
const MIGRATIONS: Record<string, Migration> = {
  "0001_lifecycle": { up: lifecycle },
  "0002_review_rules": { up: reviewRules },
  "0003_people_functions": { up: peopleFunctions },
  "0004_review_functions": { up: reviewFunctions },
  "0005_audit_chain": { up: auditChain },
  "0005_notices": { up: notices },
  "0005_sign_in_attempts": { up: signInAttempts },
  "0006_database_roles": { up: databaseRoles },
  "0009_exposures": { up: exposures },
  "0010_rollout": { up: rollout },
  "0011_acts_of_people": { up: actsOfPeople },
  "0013_safeguards": { up: safeguards },
  "0014_editorial_rules": { up: editorialRules },
  "0015_registry": { up: registry },
  "0016_deployment_kinds": { up: deploymentKinds },
  "0018_environments": { up: environments },
  "0020_static_files": { up: staticFiles },
  "0021_batches": { up: batches },
  "0023_calendar": { up: calendar },
  "0024_experiments": { up: experiments },
  "0025_experiment_sums": { up: experimentSums },
  "0026_experiment_looks": { up: experimentLooks },
  "0028_kept_files": { up: keptFiles },
  "0029_experiment_intake": { up: experimentIntake },
  "0031_experiment_measures": { up: experimentMeasures },
  "0032_experiment_pauses": { up: experimentPauses },
  "0033_source_profiles": { up: sourceProfiles },
  "0034_arrival_times": { up: arrivalTimes },
  "0035_standstill": { up: standstill },
  "0036_experiment_fallbacks": { up: experimentFallbacks },
  "0037_alert_deliveries": { up: alertDeliveries },
  "0038_experiment_given": { up: experimentGiven },
  "0039_alert_tests": { up: alertTests },
  "0040_experiment_segments": { up: experimentSegments },
  "0041_alert_silences": { up: alertSilences },
  "0042_experiment_stopped_arms": { up: experimentStoppedArms },
  "0043_run_histories": { up: runHistories },
  "0044_incident_actions": { up: incidentActions },
  "0045_own_metrics": { up: ownMetrics },
  "0046_people_shown": { up: peopleShown },
  "0047_experiment_notices": { up: experimentNotices },
  "0048_logged_lists": { up: loggedLists },
};

/**
 * Brings the database up to this code; a second call, also at the same time, changes nothing.
 * @throws the migration's error, or kysely's own when the database is newer than the code
 */
export async function migrate(db: Kysely<Tables>): Promise<string[]> {
  const { error, results } = await migratorOf(db).migrateToLatest();
  if (error) throw error;
  return (results ?? []).map((result) => result.migrationName);
}

/** Names of the migrations that the database lacks; changes nothing. */
export async function listMissingMigrations(db: Kysely<Tables>): Promise<string[]> {
  const migrations = await migratorOf(db).getMigrations();
  return migrations.filter(({ executedAt }) => !executedAt).map(({ name }) => name);
}

function migratorOf(db: Kysely<Tables>): Migrator {
  const provider: MigrationProvider = { getMigrations: async () => MIGRATIONS };
  return new Migrator({ db, provider });
}
