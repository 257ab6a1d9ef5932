/** The types of the tables, by hand; db/tables.test.ts checks them against the migrated schema. */

import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { Channel } from "../core/api.ts";
import type { BatchLayout, BatchState, BatchTrigger, Strangers } from "../core/batch.ts";
import type { StaticDeployment } from "../core/definition-deployment.ts";
import type { Analysis, ExperimentLook } from "../core/experiment/look.ts";
import type { FrozenPlan } from "../core/experiment-plan.ts";
import type { AlertEventType } from "../core/incident-event.ts";
import type { JsonObject } from "../core/json.ts";
import type { OutcomeKind } from "../core/outcome.ts";
import type { Role } from "../core/roles.ts";
import type { StageKind } from "../core/rollout.ts";
import type { RunOutcome, RunState, StepAnswer, StepKind, StepState } from "../core/steps.ts";

/** `bigint` comes as text from pg; db/connection.ts parses it into a number (ids and counts stay below 2^53). */
type Time = ColumnType<Date, Date | string, Date | string>;
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Now = ColumnType<Date, Date | string | undefined, Date | string>;
/** Null for an item without one. */
type Scores = (number | null)[];
type Body<T extends object> = JSONColumnType<T, string, string>;

export interface PersonTable {
  id: Generated<string>;
  name: string;
  created_at: Now;
  disabled_at: MaybeTime;
  roles: Generated<Role[]>;
  groups: Generated<string[]>;
  owner_id: string | null;
  email: string | null;
}
export interface PersonIdentityTable {
  issuer: string;
  subject: string;
  person_id: string;
  created_at: Now;
}
export interface DefinitionAuthorTable {
  definition_digest: string;
  person_id: string;
  at: Now;
}
export interface TokenTable {
  token_sha256: string;
  person_id: string;
  label: Generated<string>;
  created_at: Now;
  expires_at: Time;
  revoked_at: MaybeTime;
}
export interface SessionTable {
  session_sha256: string;
  person_id: string;
  created_at: Now;
  expires_at: Time;
  ended_at: MaybeTime;
  last_used_at: Now;
}
export interface RoleAbilityTable {
  ability: string;
  role: Role;
  position: number;
}
export interface SignInCodeTable {
  code_sha256: string;
  person_id: string;
  expires_at: Time;
  used_at: MaybeTime;
}
export interface DefinitionTable {
  digest: string;
  model: string;
  body: Body<JsonObject>;
  folder: string;
  created_at: Now;
}
export interface ModelTable {
  name: string;
  definition_digest: string;
  applied_at: Now;
  interactions_table: string | null;
  items_table: string | null;
}
export interface RunTable {
  id: string;
  model: string;
  run_key: string;
  definition_digest: string;
  as_of: Time;
  trigger: "person" | "schedule" | "incident";
  person_id: string | null;
  baseline_only: Generated<boolean>;
  fresh: Generated<boolean>;
  champion_version: number | null;
  workflow_id: string;
  state: Generated<RunState>;
  outcome: RunOutcome | null;
  outcome_reason: string | null;
  opened_at: Now;
  finished_at: MaybeTime;
}
export interface StepTable {
  run_id: string;
  name: string;
  kind: StepKind;
  position: number;
  after: Generated<string[]>;
  skippable: Generated<boolean>;
  state: Generated<StepState>;
  attempt: Generated<number>;
  round: Generated<number>;
  progress: string | null;
  started_at: MaybeTime;
  finished_at: MaybeTime;
  input_digest: string | null;
  reused_from_run: string | null;
  summary: string | null;
  rows: number | null;
  detail: ColumnType<JsonObject | null, string | null | undefined, string | null>;
  error_code: string | null;
  error_message: string | null;
  log_tail: string | null;
}
export interface StepAnswerTable {
  id: Generated<string>;
  run_id: string;
  step: string;
  round: number;
  answer: StepAnswer;
  person_id: string;
  reason: Generated<string>;
  at: Now;
}
export interface StepResultTable {
  input_digest: string;
  kind: StepKind;
  result: Body<object>;
  run_id: string;
  created_at: Now;
}
export interface RunHistoryTable {
  run_id: string;
  digest: string;
  events: number;
  build: string | null;
  archived_at: Now;
}
export interface SnapshotTable {
  id: Generated<number>;
  model: string;
  source: string;
  input_digest: string;
  content_digest: string;
  table_name: string;
  run_id: string;
  rows_read: number;
  rows_kept: number;
  rows_set_aside: number;
  newest_event_time: MaybeTime;
  newest_known_time: MaybeTime;
  delivered_at: Time;
  created_at: Now;
}
export interface SetAsideRowTable {
  snapshot_id: number;
  line: number;
  reason: string;
  raw: string;
}
export interface FeatureTableTable {
  id: Generated<number>;
  model: string;
  name: string;
  input_digest: string;
  table_name: string;
  run_id: string;
  rows: number;
  created_at: Now;
}
export interface QaReportTable {
  digest: string;
  body: Body<object>;
  created_at: Now;
}
export interface ReleaseTable {
  digest: string;
  model: string;
  body: Body<object>;
  created_at: Now;
}
export interface ReviewTable {
  run_id: string;
  release_digest: string;
  report_digest: string;
  opened_at: Now;
  expires_at: Time;
  state: Generated<"open" | "approved" | "rejected" | "expired" | "superseded">;
  ended_at: MaybeTime;
  superseded_by: string | null;
  rules: ColumnType<JsonObject, string | undefined, string>;
  approvals_needed: Generated<number>;
  needs_override: Generated<boolean>;
}
export interface DecisionTable {
  id: Generated<string>;
  run_id: string;
  release_digest: string;
  report_digest: string;
  verdict: "approve" | "reject" | "ask";
  person_id: string | null;
  channel: Channel;
  reason: Generated<string>;
  at: Now;
  on_behalf_of: string | null;
  rule: string | null;
  override: Generated<boolean>;
  seen: ColumnType<JsonObject | null, string | null | undefined, string | null>;
}
export interface ReviewCommentTable {
  id: Generated<string>;
  run_id: string;
  check_id: string | null;
  person_id: string;
  text: string;
  at: Now;
}
export interface DelegationTable {
  id: Generated<string>;
  from_person: string;
  to_person: string;
  since: Now;
  until: Time;
  reason: string;
  ended_at: MaybeTime;
}
export interface EditorialRuleTable {
  id: Generated<string>;
  model: string;
  kind: "ban" | "pin" | "boost";
  item_id: string;
  rank: number | null;
  factor: number | null;
  starts_at: Time;
  ends_at: MaybeTime;
  reason: string;
  person_id: string;
  made_at: Now;
  lifted_at: MaybeTime;
  lifted_by: string | null;
}
export interface SafeguardTable {
  id: Generated<string>;
  kind: "freeze" | "baseline" | "thaw" | "hold";
  model: string | null;
  starts_at: Time;
  ends_at: Time;
  reason: string;
  /** Null when Holt put it up, about an incident. */
  person_id: string | null;
  made_at: Now;
  lifted_at: MaybeTime;
  lifted_by: string | null;
}
export interface TrustedEnvironmentTable {
  key_id: string;
  name: string;
  /** DER of the Ed25519 key. */
  public_key: Buffer;
  person_id: string;
  trusted_at: Time;
  ended_at: MaybeTime;
  ended_by: string | null;
}
export interface ImportedReleaseTable {
  run_id: string;
  key_id: string;
  release_digest: string;
  report_digest: string;
  manifest: string;
  manifest_sha256: string;
  signature: string;
  evidence: string;
  person_id: string;
  imported_at: Time;
}
export interface ReviewNoticeTable {
  id: Generated<string>;
  run_id: string;
  event: string;
  channel: "slack" | "mail";
  recipient: string;
  created_at: Now;
  delivered_at: MaybeTime;
  reference: string | null;
  attempts: Generated<number>;
  next_attempt_at: Now;
  problem: string | null;
}
export interface SlackRequestTable {
  body_sha256: string;
  at: Now;
}
export interface ReviewCodeTable {
  code_sha256: string;
  person_id: string;
  run_id: string;
  release_digest: string;
  report_digest: string;
  verdict: "approve" | "reject";
  reason: Generated<string>;
  expires_at: Time;
  used_at: MaybeTime;
  override: Generated<boolean>;
}
export interface ModelVersionTable {
  model: string;
  version: number;
  release_digest: string;
  run_id: string;
  decision_id: string;
  created_at: Now;
}
export interface VersionLatencyTable {
  model: string;
  version: number;
  answers: number;
  p50_ms: number;
  p99_ms: number;
  cores: number;
  measured_at: Now;
}
export interface VersionAliasTable {
  model: string;
  name: string;
  version: number;
  reason: string;
  person_id: string;
  set_at: Now;
}
export interface LiveTable {
  model: string;
  version: number;
  fence: number;
  since: Now;
}
export interface DeploymentTable {
  id: Generated<number>;
  model: string;
  version: number;
  previous_version: number | null;
  fence: number;
  kind: "deploy" | "rollback";
  run_id: string | null;
  person_id: string | null;
  reason: string;
  at: Now;
}
export interface MaterialisedTable {
  model: string;
  version: number;
  /** In the schema `lists`. */
  table_name: string;
  k: number;
  done_up_to: string | null;
  people: Generated<number>;
  begun_at: Now;
  finished_at: MaybeTime;
  dropped_at: MaybeTime;
}
export interface BatchTable {
  id: string;
  seq: Generated<number>;
  model: string;
  batch_key: string;
  version: number;
  release_digest: string;
  source: string;
  target: string;
  k: number;
  layout: BatchLayout;
  strangers: Strangers;
  country: string | null;
  max_bad_row_share: number;
  trigger: BatchTrigger;
  person_id: string | null;
  workflow_id: string;
  state: Generated<BatchState>;
  round: Generated<number>;
  error_code: string | null;
  error_message: string | null;
  /** Of this moment, as all of its rows go by them. */
  interactions_table: string | null;
  urgent_rules: ColumnType<object[] | null, string | null | undefined, string | null>;
  only_popularity: Generated<boolean>;
  scored_at: MaybeTime;
  staged_at: MaybeTime;
  rows_staged: Generated<number>;
  rows_set_aside: Generated<number>;
  /** The last line that is committed. */
  done_up_to: Generated<number>;
  rows_scored: Generated<number>;
  rows_by_popularity: Generated<number>;
  file_path: string | null;
  opened_at: Now;
  finished_at: MaybeTime;
  dropped_at: MaybeTime;
}
export interface BatchTargetTable {
  target: string;
  model: string;
  batch_id: string | null;
  changed_at: Now;
}
export interface BatchSetAsideTable {
  batch_id: string;
  line: number;
  reason: string;
}
export interface StaticListsTable {
  model: string;
  version: number;
  digest: string;
  items: number;
  made_at: Now;
}
export interface StaticFileTable {
  model: string;
  folder: string;
  settings: Body<StaticDeployment>;
  version: number;
  fence: number;
  digest: string | null;
  written_at: MaybeTime;
  next_change: MaybeTime;
  checked_at: Now;
  problem: string | null;
  problem_since: MaybeTime;
}
export interface TrafficTable {
  model: string;
  version: number;
  run_id: string;
  stage: number;
  kind: StageKind;
  share: number;
}
export interface RolloutStageTable {
  run_id: string;
  stage: number;
  model: string;
  version: number;
  kind: StageKind;
  share: number;
  person_id: string | null;
  started_at: Now;
  state: Generated<"running" | "held" | "passed" | "failed" | "ended">;
  checks: ColumnType<object[], string | undefined, string>;
  looked_at: MaybeTime;
  ended_at: MaybeTime;
}
export interface RolloutAnswerTable {
  run_id: string;
  stage: number;
  answer: "go_on" | "back";
  person_id: string;
  reason: string;
  at: Now;
}
/** Actions of the audit log that only the functions with the authority for them write. */
export interface ReservedActionTable {
  action: string;
}
export interface ServerInstanceTable {
  id: string;
  name: string;
  started_at: Now;
  last_seen_at: Now;
  versions: ColumnType<object[], string | undefined, string>;
}
export interface ServingCountTable {
  run_id: string;
  stage: number;
  arm: "champion" | "canary" | "shadow";
  server_id: string;
  requests: number;
  errors: number;
  fallbacks: number;
  compared: number;
  agreement: number;
  latency: number[];
}
export interface ExperimentTable {
  id: string;
  model: string;
  number: number;
  plan: Body<FrozenPlan>;
  digest: string;
  holdout: boolean;
  layer: string;
  /** Decimal fractions, as text. */
  from_place: string;
  to_place: string;
  traffic: string;
  person_id: string;
  reason: string;
  started_at: Now;
  ended_at: MaybeTime;
  ended_by: string | null;
  end_reason: string | null;
}
export interface ExperimentArmTable {
  experiment_id: string;
  name: string;
  position: number;
  model: string;
  version: number | null;
  list_only: boolean;
  share: number;
}
export interface ExperimentOverrideTable {
  experiment_id: string;
  unit_id: string;
  arm: string;
  person_id: string;
  at: Now;
}
export interface ExperimentStoppedArmTable {
  experiment_id: string;
  arm: string;
  at: Time;
  reason: string;
  finding: JsonObject;
}
export interface ExperimentPauseTable {
  experiment_id: string;
  from_at: Time;
  until_at: MaybeTime;
  person_id: string;
  reason: string;
  resumed_by: string | null;
  resume_reason: string | null;
}
export interface ExperimentUnitTable {
  experiment_id: string;
  unit_id: string;
  arm: string;
  first_at: Time;
  day: Time;
  segment: Generated<string>;
  left_out: string | null;
}
export interface ExperimentDayTable {
  experiment_id: string;
  metric: string;
  arm: string;
  day: Time;
  answered_by: Generated<"arm" | "fallback" | "unknown">;
  segment: Generated<string>;
  n: number;
  y: number;
  yy: number;
  x: number | null;
  xx: number | null;
  xy: number | null;
  c: number | null;
  cc: number | null;
  cy: number | null;
  cx: number | null;
  value_counts: ColumnType<JsonObject | null, string | null | undefined, string | null>;
  bucket_sums: ColumnType<JsonObject | null, string | null | undefined, string | null>;
  left_out_spend: Generated<number>;
}
export interface ExperimentGivenTable {
  experiment_id: string;
  server_id: string;
  arm: string;
  day: Time;
  answers: number;
  not_kept: number;
}
export interface ExperimentIntakeTable {
  experiment_id: string;
  arm: string;
  day: Time;
  units: number;
  left_out: number;
}
export interface ExperimentRefreshTable {
  experiment_id: string;
  as_of: Time;
}
export interface ExperimentAnswersTable {
  experiment_id: string;
  arm: string;
  day: Time;
  answers: number;
  fallbacks: number;
}
/** Views for other tools; Holt itself reads the tables. */
export interface ExperimentExposuresView {
  experiment_id: string | null;
  variation_id: string | null;
  user_id: string | null;
  timestamp: MaybeTime;
  exposure_id: string | null;
  answered_by: string | null;
  fallback: boolean | null;
  version: number | null;
  left_out: string | null;
  answer_ms: number | null;
}
export interface ExperimentMetricValuesView {
  experiment_id: string | null;
  user_id: string | null;
  timestamp: MaybeTime;
  metric: string | null;
  value: number | null;
  currency: string | null;
  exposure_id: string | null;
  item_id: string | null;
}
export interface ExperimentLookTable {
  experiment_id: string;
  day: number;
  at: Now;
  verdict: ExperimentLook["verdict"];
  arm: string | null;
  reason: string;
  analysis: Body<Analysis>;
}
export interface ExperimentCourseTable {
  experiment_id: string;
  planned_units: number | null;
  mismatch_at: MaybeTime;
  waits_for: string | null;
}
export interface SourceProfileTable {
  snapshot_id: number;
  body: Body<object>;
  created_at: Now;
}
export interface MonitorReferenceTable {
  model: string;
  version: number;
  body: Body<object>;
  created_at: Now;
}
export interface MonitorRunTable {
  id: string;
  model: string;
  version: number | null;
  at: Time;
  verdict: "pass" | "fail" | "inconclusive";
  checks: Body<object[]>;
  duration_ms: number;
}
export interface IncidentTable {
  id: Generated<number>;
  model: string;
  cause: string;
  title: string;
  state: Generated<"open" | "acknowledged" | "resolved">;
  symptoms: Body<object[]>;
  opened_at: Now;
  last_seen_at: Now;
  acknowledged_by: string | null;
  resolved_at: MaybeTime;
}
export interface IncidentActionTable {
  incident_id: number;
  name: string;
  model: string;
  rule: Body<object>;
  definition_digest: string;
  outcome: "taken" | "withheld";
  reason: string;
  at: Now;
  safeguard_id: string | null;
  deployment_id: number | null;
  run_id: string | null;
  undone_at: MaybeTime;
  undone_by: string | null;
  undone_reason: string | null;
  kept_at: MaybeTime;
  kept_by: string | null;
  kept_reason: string | null;
}
/** Written by the release before alone; a trigger copies it to alert_delivery. */
export interface OutgoingWebhookTable {
  id: Generated<string>;
  incident_id: number;
  event: string;
  body: Body<object>;
  created_at: Now;
  delivered_at: MaybeTime;
}
export interface AlertDeliveryTable {
  id: Generated<string>;
  incident_id: number | null;
  /** Of a test and of an experiment; else it is the incident's. */
  model: string | null;
  experiment_id: string | null;
  event: AlertEventType;
  body: Body<object>;
  channel: string;
  created_at: Now;
  delivered_at: MaybeTime;
  reference: string | null;
  attempts: Generated<number>;
  next_attempt_at: Now;
  problem: string | null;
  /** Why nobody needs it any more. */
  dropped: string | null;
  /** What of its event it tells, where there may be several: an action's name. */
  about: Generated<string>;
}
export interface AlertSilenceTable {
  id: Generated<string>;
  model: string | null;
  cause: string | null;
  starts_at: Now;
  ends_at: Time;
  reason: string;
  person_id: string;
  lifted_at: MaybeTime;
  lifted_by: string | null;
}
export interface WakeUpTable {
  id: Generated<string>;
  workflow_id: string;
  signal: string;
  created_at: Now;
  delivered_at: MaybeTime;
}
export interface AuditTable {
  id: Generated<number>;
  at: Now;
  person_id: string | null;
  action: string;
  model: string | null;
  subject: string;
  detail: ColumnType<JsonObject, string | undefined, string>;
}
export interface AuditLinkTable {
  position: number;
  audit_id: number;
  previous_hash: string;
  hash: string;
}
export interface AuditOriginTable {
  only_one: Generated<boolean>;
  database_id: Generated<string>;
}
export interface SignInAttemptTable {
  state_sha256: string;
  browser_sha256: string;
  target: string;
  expires_at: Time;
}
/** Whose rows a trigger puts where they belong. */
export interface ExposureArrivalTable {
  id: string;
  at: Time;
  model: string;
  version: number;
  arm: string;
  fallback: boolean;
  user_id: string;
  k: number;
  items: string[];
  scores: Scores;
  propensities: number[] | null;
  context: ColumnType<JsonObject | null, string | null | undefined, string | null>;
}
export interface ExposureTable extends ExposureArrivalTable {
  experiment: string | null;
  assigned_arm: string | null;
  unit_id: string | null;
  left_out: string | null;
  answer_ms: number | null;
  stored_at: ColumnType<Date | null, Date | string | undefined, never>;
}
export interface OutcomeArrivalTable {
  reported_by: string;
  id: string;
  kind: OutcomeKind;
  recommendation_id: string;
  item_id: string;
  at: Time;
  received_at: Time;
  amount: string | null;
  currency: string | null;
}
export interface OutcomeTable extends OutcomeArrivalTable {
  stored_at: ColumnType<Date | null, Date | string | undefined, never>;
}

export interface Tables {
  person: PersonTable;
  person_identity: PersonIdentityTable;
  definition_author: DefinitionAuthorTable;
  review_comment: ReviewCommentTable;
  delegation: DelegationTable;
  safeguard: SafeguardTable;
  editorial_rule: EditorialRuleTable;
  trusted_environment: TrustedEnvironmentTable;
  imported_release: ImportedReleaseTable;
  review_notice: ReviewNoticeTable;
  slack_request: SlackRequestTable;
  token: TokenTable;
  session: SessionTable;
  role_ability: RoleAbilityTable;
  sign_in_code: SignInCodeTable;
  definition: DefinitionTable;
  model: ModelTable;
  run: RunTable;
  step: StepTable;
  step_answer: StepAnswerTable;
  step_result: StepResultTable;
  run_history: RunHistoryTable;
  snapshot: SnapshotTable;
  set_aside_row: SetAsideRowTable;
  feature_table: FeatureTableTable;
  qa_report: QaReportTable;
  release: ReleaseTable;
  review: ReviewTable;
  decision: DecisionTable;
  review_code: ReviewCodeTable;
  model_version: ModelVersionTable;
  version_latency: VersionLatencyTable;
  version_alias: VersionAliasTable;
  live: LiveTable;
  deployment: DeploymentTable;
  materialised: MaterialisedTable;
  batch: BatchTable;
  batch_target: BatchTargetTable;
  batch_set_aside: BatchSetAsideTable;
  static_lists: StaticListsTable;
  static_file: StaticFileTable;
  traffic: TrafficTable;
  rollout_stage: RolloutStageTable;
  rollout_answer: RolloutAnswerTable;
  reserved_action: ReservedActionTable;
  server_instance: ServerInstanceTable;
  serving_count: ServingCountTable;
  experiment: ExperimentTable;
  experiment_arm: ExperimentArmTable;
  experiment_override: ExperimentOverrideTable;
  experiment_pause: ExperimentPauseTable;
  experiment_stopped_arm: ExperimentStoppedArmTable;
  experiment_unit: ExperimentUnitTable;
  experiment_day: ExperimentDayTable;
  experiment_answers: ExperimentAnswersTable;
  experiment_refresh: ExperimentRefreshTable;
  experiment_intake: ExperimentIntakeTable;
  experiment_given: ExperimentGivenTable;
  experiment_exposures: ExperimentExposuresView;
  experiment_metric_values: ExperimentMetricValuesView;
  experiment_look: ExperimentLookTable;
  experiment_course: ExperimentCourseTable;
  source_profile: SourceProfileTable;
  monitor_reference: MonitorReferenceTable;
  monitor_run: MonitorRunTable;
  incident: IncidentTable;
  incident_action: IncidentActionTable;
  outgoing_webhook: OutgoingWebhookTable;
  alert_delivery: AlertDeliveryTable;
  alert_silence: AlertSilenceTable;
  wake_up: WakeUpTable;
  audit: AuditTable;
  audit_link: AuditLinkTable;
  audit_origin: AuditOriginTable;
  sign_in_attempt: SignInAttemptTable;
  exposure: ExposureTable;
  exposure_arrival: ExposureArrivalTable;
  outcome: OutcomeTable;
  outcome_arrival: OutcomeArrivalTable;
}
