/** What the HTTP API takes and answers: one source for server, CLI and pages. Times are ISO 8601 in UTC. */
import { z } from "zod";
import { filterQuerySchema } from "./filters.ts";
import { importedFromSchema } from "./imported-from.ts";
import { incidentActionSchema } from "./incident-action.ts";
import { INCIDENT_SEVERITIES } from "./incident-severity.ts";
import { previewSchema, qaReportSchema } from "./qa-report.ts";
import { ROLES } from "./roles.ts";
import { ROLLOUT_ANSWERS, STAGE_KINDS } from "./rollout.ts";
import { RUN_OUTCOMES, RUN_STATES, STEP_ANSWERS, STEP_KINDS, STEP_STATES } from "./steps.ts";

const time = z.iso.datetime();
/** PostgreSQL has no year 0, and nothing of Holt's begins or ends before it was there. */
const EARLIEST = Date.UTC(2000, 0, 1);
export const givenTime = time.refine(
  (written) => !(Date.parse(written) < EARLIEST),
  "is before the year 2000; correct the year",
);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "is not a digest of 64 hexadecimal digits");

/** RFC 9457. `code` is stable and listed in docs/errors.md. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  /** `detail` again, where the Open Inference Protocol asks for it under this name. */
  error: z.string().optional(),
});

/** What opens a session of the pages: a single-use code from a terminal, or a token. */
export const newSessionSchema = z.union(
  [z.strictObject({ code: z.string().max(200) }), z.strictObject({ token: z.string().max(200) })],
  { error: 'is neither {"code": …} nor {"token": …}; send one of them' },
);

/** Where people may sign in beside a token: the provider's name on the button; null when there is none. */
export const signInProviderSchema = z.object({ name: z.string().nullable() });

export const meSchema = z.object({
  name: z.string(),
  roles: z.array(z.enum(ROLES)),
  temporalUi: z.string().nullable(),
});

export const modelSummarySchema = z.object({
  name: z.string(),
  description: z.string(),
  live: z.object({ version: z.int(), candidate: z.string(), since: time }).nullable(),
  runsUnderWay: z.int(),
  waitingForReview: z.int(),
  needAttention: z.int(),
  openIncidents: z.int(),
  schedule: z.string().nullable(),
});

export const runSummarySchema = z.object({
  id: z.string(),
  model: z.string(),
  state: z.enum(RUN_STATES),
  outcome: z.enum(RUN_OUTCOMES).nullable(),
  outcomeReason: z.string().nullable(),
  /** `incident`: Holt, as the definition has it do about one. */
  trigger: z.enum(["person", "schedule", "incident"]),
  startedBy: z.string().nullable(),
  baselineOnly: z.boolean(),
  asOf: time,
  openedAt: time,
  finishedAt: time.nullable(),
  workflowId: z.string(),
});

export const stepSchema = z.object({
  name: z.string(),
  kind: z.enum(STEP_KINDS),
  after: z.array(z.string()),
  skippable: z.boolean(),
  state: z.enum(STEP_STATES),
  attempt: z.int(),
  round: z.int(),
  progress: z.string().nullable(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  summary: z.string().nullable(),
  rows: z.int().nullable(),
  reusedFromRun: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string(), logTail: z.string().nullable() }).nullable(),
});

/** A stage of a run's rollout that has begun. */
export const rolloutStageSchema = z.object({
  /** From 0. */
  stage: z.int(),
  kind: z.enum(STAGE_KINDS),
  /** Of the people, whom the new version answers. */
  share: z.number(),
  /** `held` waits for a person; `ended`: something else ended it, as another flip. */
  state: z.enum(["running", "held", "passed", "failed", "ended"]),
  startedAt: time,
  endedAt: time.nullable(),
  /** What the last look found, a sentence each. */
  checks: z.array(
    z.object({ id: z.string(), verdict: z.enum(["pass", "fail", "inconclusive"]), text: z.string() }),
  ),
  /** What a person said; null while nobody did. */
  answer: z.object({ answer: z.enum(ROLLOUT_ANSWERS), by: z.string(), reason: z.string() }).nullable(),
});

export const newRolloutAnswerSchema = z.strictObject({
  /** The stage that the caller saw. */
  stage: z.int().min(0).max(100),
  answer: z.enum(ROLLOUT_ANSWERS),
  reason: z.string().min(1, "is empty; say why, it is kept in the audit log").max(2_000),
});

export const runDetailSchema = runSummarySchema.extend({
  definitionDigest: digest,
  /** Temporal's UI for this run; null when it isn't known where that is. */
  temporalUrl: z.string().nullable(),
  steps: z.array(stepSchema),
  /** Empty until the run's version meets traffic. */
  rollout: z.array(rolloutStageSchema),
});

/** A row that ingest didn't take, as the file has it. `GET /api/runs/:runId/set-aside` answers a list of them. */
export const setAsideRowSchema = z.object({
  source: z.string(),
  line: z.int(),
  reason: z.string(),
  raw: z.string(),
});

export const newRunSchema = z.strictObject({
  model: z.string(),
  /** The same key again gives the same run. */
  runKey: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,100}$/, "is not a run key; use letters, digits and . _ : -, 100 at most")
    .optional(),
  baselineOnly: z.boolean().default(false),
  fresh: z.boolean().default(false),
});

/** What starting a run answers: the run, and the model's other runs that go on. */
export const startedRunSchema = runSummarySchema.extend({
  alsoOpen: z.array(z.object({ runId: z.string(), state: z.enum(RUN_STATES) })),
});

export const newStepAnswerSchema = z.strictObject({
  answer: z.enum(STEP_ANSWERS),
  /** The step's `round` that the caller saw. */
  round: z.int32(),
  reason: z.string().max(2_000).default(""),
});

export const stepAnsweredSchema = z.object({
  answer: z.enum(STEP_ANSWERS),
  round: z.int(),
  by: z.string(),
  reason: z.string(),
  at: time,
});

/** What the person had before them; part of the decision. */
const seenSchema = z.strictObject({
  /** When the report was opened, by the page's or terminal's clock; null when a door cannot tell. */
  openedAt: time.nullable(),
  /** People whose shelves were opened. */
  previews: z.array(z.string().max(200)).max(100).default([]),
});

const DECISION_VERDICTS = ["approve", "reject", "ask"] as const;
/** Doors through which a decision comes; `rule`: the definition's own named case, nobody was asked. */
export const CHANNELS = ["page", "cli", "api", "slack", "code", "rule"] as const;

export const decisionSchema = z.object({
  id: z.string(),
  verdict: z.enum(DECISION_VERDICTS),
  /** A person, or the name of the rule that decided. */
  by: z.string(),
  /** Whose place the person took, by a delegation; null when nobody's. */
  onBehalfOf: z.string().nullable(),
  channel: z.enum(CHANNELS),
  /** A failed check was overridden. */
  override: z.boolean(),
  reason: z.string(),
  seen: seenSchema.nullable(),
  at: time,
});

const digests = {
  /** What the person saw; anything else there now is refused with 409. */
  releaseDigest: digest,
  reportDigest: digest,
};
export const newDecisionSchema = z.strictObject({
  verdict: z.enum(DECISION_VERDICTS),
  ...digests,
  reason: z.string().max(2_000).default(""),
  /** Needed to approve what has a failed check of severity "error". */
  override: z.boolean().default(false),
  seen: seenSchema.optional(),
});
/** A code stands for approve or reject; a question is asked in Holt itself. */
export const newReviewCodeSchema = newDecisionSchema.extend({ verdict: z.enum(["approve", "reject"]) });
export const newCommentSchema = z.strictObject({
  /** Id of the check that it is about; the whole report when left out. */
  checkId: z.string().max(200).optional(),
  text: z.string().min(1, "is empty; write what you think").max(2_000),
});
export const commentSchema = z.object({
  id: z.string(),
  checkId: z.string().nullable(),
  by: z.string(),
  text: z.string(),
  at: time,
});
/** Somebody decides in a reviewer's place until then. */
export const newDelegationSchema = z.strictObject({
  to: z.string().min(1).max(80),
  until: givenTime,
  reason: z.string().min(1, "is empty; say why").max(2_000),
});
export const delegationSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  since: time,
  until: time,
  reason: z.string(),
});
const safeguardKind = z.enum(["freeze", "baseline", "thaw"]);
/** A freeze, of one model or of all; a thaw, which overrides the calendar of one; or a time in which everybody gets a model's popularity list. */
export const newSafeguardSchema = z
  .strictObject({
    kind: safeguardKind,
    model: z.string().max(100).nullable(),
    from: givenTime.optional(),
    until: givenTime,
    reason: z.string().min(1, "is empty; say why").max(2_000),
  })
  .refine(({ kind, model }) => kind === "freeze" || model !== null, {
    path: ["model"],
    message: "is null; only a freeze is of every model, so name one",
  })
  .refine(({ kind, from }) => kind === "freeze" || from === undefined, {
    path: ["from"],
    message: "is not for this kind, which begins now; leave it out",
  });
export const safeguardSchema = z.object({
  id: z.string(),
  /** `hold`: no scheduled run is opened; only Holt puts one up, about an incident. */
  kind: z.enum([...safeguardKind.options, "hold"]),
  /** Null: every model. */
  model: z.string().nullable(),
  from: time,
  until: time,
  reason: z.string(),
  /** "Holt" when it did so by itself. */
  by: z.string(),
  liftedAt: time.nullable(),
});
/** A time in which the calendar of a model's definition lets nothing new go live: one that holds, or one to come. */
export const frozenTimeSchema = z.object({
  model: z.string(),
  from: time,
  until: time,
  reason: z.string(),
  /** Until when somebody overrides the calendar; null when nobody does. */
  overriddenUntil: time.nullable(),
});
const ruleKind = z.enum(["ban", "pin", "boost"]);
/** An editorial rule: an item never, in a place, or more of it. */
export const newRuleSchema = z
  .strictObject({
    kind: ruleKind,
    itemId: z.string().min(1, "is empty; name the item").max(200),
    /** Of a pin: its place, from 1. */
    rank: z.int().min(1).max(100).optional(),
    /** Of a boost: its score is multiplied by it. */
    factor: z.number().min(0.01).max(100).optional(),
    from: givenTime.optional(),
    /** Until it is lifted when left out. */
    until: givenTime.optional(),
    reason: z.string().min(1, "is empty; say why").max(2_000),
  })
  .refine(({ kind, rank }) => (kind === "pin") === (rank !== undefined), {
    path: ["rank"],
    message: "is for a pin, and a pin needs one: its place, from 1",
  })
  .refine(({ kind, factor }) => (kind === "boost") === (factor !== undefined), {
    path: ["factor"],
    message: "is for a boost, and a boost needs one: 2 doubles its score",
  });
export const ruleSchema = z.object({
  id: z.string(),
  model: z.string(),
  kind: ruleKind,
  itemId: z.string(),
  rank: z.int().nullable(),
  factor: z.number().nullable(),
  from: time,
  until: time.nullable(),
  reason: z.string(),
  by: z.string(),
  liftedAt: time.nullable(),
});
export const reviewCodeSchema = z.object({
  code: z.string(),
  expiresAt: time,
  workflowId: z.string(),
  signal: z.string(),
});

/** `changes_requested`: somebody asked, and another run is the answer. `stopped`: the run ended before anybody was to decide. */
export const REVIEW_STATES = [
  "open",
  "changes_requested",
  "approved",
  "rejected",
  "expired",
  "superseded",
  "stopped",
] as const;

export const reviewSummarySchema = z.object({
  runId: z.string(),
  model: z.string(),
  candidate: z.string(),
  verdict: z.enum(["pass", "fail", "inconclusive"]),
  /** Failed checks of severity `warn`: they stop nothing, whoever decides weighs them. */
  toWeigh: z.int(),
  headline: z.string(),
  openedAt: time,
  expiresAt: time,
  state: z.enum(REVIEW_STATES),
  /** Approvals that stand, and how many are needed. */
  approvals: z.int(),
  approvalsNeeded: z.int(),
});
/** A review in somebody's inbox. */
export const inboxReviewSchema = reviewSummarySchema.extend({
  /** Whether it waits for a decision that this person may give. */
  mayDecide: z.boolean(),
});
export const reviewDetailSchema = reviewSummarySchema.extend({
  ...digests,
  /** Why this candidate was chosen, in one sentence. */
  choice: z.string(),
  report: qaReportSchema,
  /** In the order in which they came. */
  decisions: z.array(decisionSchema),
  comments: z.array(commentSchema),
  /** A failed check of severity "error" must be overridden, by one more person and each with a reason. */
  needsOverride: z.boolean(),
  /** The newer run that took this one's place; null while none has. */
  supersededBy: z.string().nullable(),
  /** The run that this one answers or takes the place of; null when none. */
  supersedes: z.string().nullable(),
  /** What people asked of that one, in the order in which it came. */
  askedBefore: z.array(decisionSchema),
  /** Runs that looked again after somebody had asked, and found that nothing is to change; the oldest first. */
  answeredByNoChange: z.array(z.object({ runId: z.string(), reason: z.string(), at: time })),
  /** Incidents of the model that are not resolved. */
  openIncidents: z.array(z.object({ id: z.int(), title: z.string() })),
  /** Where the release came from, with what people said of it there; null when it was made here. */
  importedFrom: importedFromSchema.nullable(),
  mayDecide: z.boolean(),
  /** Why this person may not, in a sentence; null when they may. */
  mayNotDecideBecause: z.string().nullable(),
  mayComment: z.boolean(),
});
/** `GET /api/runs/:runId/preview?user=`: one person's shelves, asked for now. */
export const livePreviewSchema = previewSchema;
export const previewQuerySchema = z.strictObject({
  user: z.string().min(1, "is empty; name the person").max(200, "is too long; write 200 characters at most"),
});

export const versionSchema = z.object({
  version: z.int(),
  candidate: z.string(),
  isLive: z.boolean(),
  createdAt: time,
  runId: z.string(),
  artifactDigest: digest,
  releaseDigest: digest,
  sizeBytes: z.int(),
  decidedBy: z.string(),
  ndcg: z.number().nullable(),
  recall: z.number().nullable(),
  coverage: z.number().nullable(),
  /** Names that people gave it. */
  aliases: z.array(z.string()),
  /** JSON files below the workers' folder for these that say this version, or should. */
  files: z.array(
    z.object({
      path: z.string(),
      /** Null before it was written. */
      writtenAt: time.nullable(),
      digest: digest.nullable(),
      /** When a worker looked last, within the last ten seconds when one does. */
      checkedAt: time,
      /** Why it isn't as it should be; null when it is. */
      problem: z.string().nullable(),
    }),
  ),
});
/** Gives a version a name, from another version if that has it. */
export const newAliasSchema = z.strictObject({
  version: z.int32().min(1),
  reason: z.string().min(1, "is empty; say why, it is kept in the audit log").max(2_000),
});
export const aliasSchema = z.object({ name: z.string(), version: z.int() });
export const endAliasQuerySchema = z.object({
  reason: z.string().min(1, "is empty; say why, it is kept in the audit log").max(2_000),
});
export const deploymentSchema = z.object({
  at: time,
  /** `shadow` and `canary`: it was asked, or answered a share of the people, beside what was live. */
  kind: z.enum(["deploy", "rollback", "shadow", "canary", "baseline"]),
  /** Of the people, whom it answered. */
  share: z.number(),
  /** When a stage beside the live version ended; null while it goes on, and for what went live. */
  until: time.nullable(),
  version: z.int(),
  previousVersion: z.int().nullable(),
  by: z.string(),
  reason: z.string(),
  runId: z.string().nullable(),
  /** The environment that its release came from; null when it was made here. */
  importedFrom: z.string().nullable(),
});
export const newRollbackSchema = z.strictObject({
  /** The version that the caller believes is live. */
  expectedVersion: z.int32(),
  /** The version to serve; the one before the live one when left out. */
  toVersion: z.int32().optional(),
  reason: z.string().min(1, "is empty; say why, it is kept in the audit log").max(2_000),
});

export const monitorCheckSchema = z.object({
  id: z.string(),
  title: z.string(),
  verdict: z.enum(["pass", "fail", "inconclusive"]),
  value: z.string(),
  threshold: z.string(),
  explanation: z.string(),
  /** `source:titles`, `deployment:3`, …: what a failure of this check points at. */
  cause: z.string(),
});
export const monitorRunSchema = z.object({
  id: z.string(),
  model: z.string(),
  version: z.int().nullable(),
  at: time,
  verdict: z.enum(["pass", "fail", "inconclusive"]),
  checks: z.array(monitorCheckSchema),
  durationMs: z.int(),
});
export const incidentSchema = z.object({
  id: z.int(),
  model: z.string(),
  cause: z.string(),
  title: z.string(),
  /** `error` once people get something worse, or nobody would notice if they did. */
  severity: z.enum(INCIDENT_SEVERITIES),
  state: z.enum(["open", "acknowledged", "resolved"]),
  symptoms: z.array(monitorCheckSchema),
  openedAt: time,
  lastSeenAt: time,
  acknowledgedBy: z.string().nullable(),
  resolvedAt: time.nullable(),
  /** Where the definition of today says that it stands what to do. */
  runbook: z.string().nullable(),
  /** What Holt did about it by itself, the first first. */
  actions: z.array(incidentActionSchema),
});

/** What a person says of what Holt did about an incident: undo it, or have it stay when the cause is gone. */
export const newActionVerdictSchema = z.strictObject({
  verdict: z.enum(["undo", "keep"]),
  reason: z.string().min(1, "is empty; say why").max(2_000),
});

/** One entry of the log that only grows. `by` is null when Holt itself acted, as with an expiry. */
export const auditRecordSchema = z.object({
  id: z.int(),
  at: time,
  by: z.string().nullable(),
  action: z.string(),
  model: z.string().nullable(),
  subject: z.string(),
  detail: z.record(z.string(), z.json()),
  /** What happened, for people; without its full stop. */
  sentence: z.string(),
});

export const personId = z
  .string()
  .min(1, "is empty; name the person")
  .max(200, "is too long; write 200 characters at most");
/** How many items a list has at most; in an address it is text at first. */
export const shelfLength = (number: z.ZodNumber | z.ZodCoercedNumber) =>
  number
    .int("is not a whole number; write digits without a point")
    .min(1, "is too small; write at least 1")
    .max(100, "is too big; write at most 100");

export const countryCode = z
  .string()
  .regex(/^[A-Z]{2}$/, 'is not a country; write its two capital letters, as in "DE"');

/** By what an experiment may tell units apart beside the person. */
export const unitIds = { household: personId.optional(), session: personId.optional() };
export const recommendationsQuerySchema = z.strictObject({
  user: personId,
  k: shelfLength(z.coerce.number("is not a number; write digits")).default(10),
  /** Only items with this value of a column that the definition lists under `filters`, as in `genre:Drama`. */
  filter: filterQuerySchema.optional(),
  /** Where the person is, which the model's rules may go by. */
  country: countryCode.optional(),
  ...unitIds,
  /** `1`: each item with what of the person's history speaks for it. Asks the model up to 50 times more. */
  explain: z
    .enum(["0", "1"], 'is neither "0" nor "1"')
    .default("0")
    .transform((written) => written === "1"),
  /** `0` when nobody will be shown the answer: it is not recorded then. */
  expose: z
    .enum(["0", "1"])
    .default("1")
    .transform((written) => written === "1"),
});
export const recommendationsSchema = z.object({
  model: z.string(),
  version: z.int(),
  user: z.string(),
  /**
   * Which part of the traffic this answer belongs to: `champion`, `canary`, an experiment's arm; `fallback` where the popularity
   * list answered in its place.
   */
  arm: z.string(),
  /** Where one is under way: the experiment, and the arm that is meant to answer. */
  experiment: z.object({ id: z.string(), arm: z.string() }).optional(),
  /** The popularity list answered. */
  fallback: z.boolean(),
  /**
   * Where a version that was live before answers: the live one, and why that doesn't. Something it needs could not be had, its
   * rules for example (`not_loaded`), or its model fails and rests (`failing`).
   */
  insteadOf: z.object({ version: z.int(), because: z.enum(["not_loaded", "failing"]) }).optional(),
  /** Since the date as of which the version's data was read. */
  modelAgeSeconds: z.int(),
  /** Names this answer, for what comes of it. */
  recommendationId: z.string(),
  /** It is kept that this was shown; false when nobody will be shown it (`expose=0`), or when it could not be kept. */
  recorded: z.boolean(),
  /** Names of the definition's rules that this list could not keep, since there were too few items. */
  rulesUnmet: z.array(z.string()).optional(),
  /** Columns of filters whose value no item has: the list is empty. */
  filtersUnmet: z.array(z.string()).optional(),
  items: z.array(
    z.object({
      id: z.string(),
      score: z.number(),
      rank: z.int(),
      /** Where the item's place is an editorial rule's doing. */
      rule: z.enum(["pin", "boost", "share", "apart"]).optional(),
      /** With `explain=1`: that rule's name, where the definition says it. */
      ruleName: z.string().optional(),
      /** The model gave too few items; this one is of the popularity list. */
      filled: z.literal(true).optional(),
      /** Drawn for exploration, not what the model would show here. */
      explored: z.literal(true).optional(),
      /** Drawn since it is new, for the share of places that new items have. */
      drawnAsNew: z.literal(true).optional(),
      /** With `explain=1`: items of the person's history that speak for it; none where the popularity list answered. */
      because: z.array(z.string()).optional(),
    }),
  ),
});

/** What is asked of a version that need not be live: nobody will be shown it. */
export const versionQuerySchema = recommendationsQuerySchema.pick({ user: true, k: true, country: true });
export const versionAnswerSchema = recommendationsSchema.pick({
  ...{ model: true, version: true, user: true, fallback: true, rulesUnmet: true, items: true },
});

export type Problem = z.output<typeof problemSchema>;
export type SignInProvider = z.output<typeof signInProviderSchema>;
export type Me = z.output<typeof meSchema>;
export type ModelSummary = z.output<typeof modelSummarySchema>;
export type RunSummary = z.output<typeof runSummarySchema>;
export type RunDetail = z.output<typeof runDetailSchema>;
export type Step = z.output<typeof stepSchema>;
export type RolloutStage = z.output<typeof rolloutStageSchema>;
export type NewRolloutAnswer = z.output<typeof newRolloutAnswerSchema>;
export type SetAsideRow = z.output<typeof setAsideRowSchema>;
export type NewRun = z.output<typeof newRunSchema>;
export type StepAnswered = z.output<typeof stepAnsweredSchema>;
export type AuditRecord = z.output<typeof auditRecordSchema>;
export type NewStepAnswer = z.output<typeof newStepAnswerSchema>;
export type Decision = z.output<typeof decisionSchema>;
export type NewDecision = z.output<typeof newDecisionSchema>;
export type NewReviewCode = z.output<typeof newReviewCodeSchema>;
export type NewComment = z.output<typeof newCommentSchema>;
export type Comment = z.output<typeof commentSchema>;
export type NewDelegation = z.output<typeof newDelegationSchema>;
export type Delegation = z.output<typeof delegationSchema>;
export type NewSafeguard = z.output<typeof newSafeguardSchema>;
export type Safeguard = z.output<typeof safeguardSchema>;
export type CalendarTime = z.output<typeof frozenTimeSchema>;
export type NewRule = z.output<typeof newRuleSchema>;
export type Rule = z.output<typeof ruleSchema>;
export type ReviewState = (typeof REVIEW_STATES)[number];
export type Channel = (typeof CHANNELS)[number];
export type ReviewCode = z.output<typeof reviewCodeSchema>;
export type ReviewSummary = z.output<typeof reviewSummarySchema>;
export type InboxReview = z.output<typeof inboxReviewSchema>;
export type ReviewDetail = z.output<typeof reviewDetailSchema>;
export type Version = z.output<typeof versionSchema>;
export type DeploymentRecord = z.output<typeof deploymentSchema>;
export type NewRollback = z.output<typeof newRollbackSchema>;
export type MonitorCheck = z.output<typeof monitorCheckSchema>;
export type MonitorRun = z.output<typeof monitorRunSchema>;
export type NewActionVerdict = z.output<typeof newActionVerdictSchema>;
export type Incident = z.output<typeof incidentSchema>;
export type VersionAnswer = z.output<typeof versionAnswerSchema>;
export type Recommendations = z.output<typeof recommendationsSchema>;
