/** Entries of the audit log as plain sentences: who did what to which version, with which reason. */
import type { Json, JsonObject } from "./json.ts";

/** An entry of the log, as a story needs it. */
export interface StoryEntry {
  at: string;
  /** In the chain; null for what is told from other rows. */
  position: number | null;
  /** Null when Holt did it. */
  by: string | null;
  action: string;
  /** `run shop-1`, `version 3`, `definition 9f2c…`. */
  subject: string;
  detail: JsonObject;
}

type Tell = (entry: StoryEntry & { text: (key: string) => string; who: string }) => string;

/** How many digits of a digest are told. */
const SHORT = 12;

const SENTENCES: Record<string, Tell> = {
  apply: ({ who, subject, text }) =>
    `${who} applied the ${short(subject)}${text("previous") ? `, in place of ${short(text("previous"))}` : ", the model's first"}`,
  apply_too: ({ who, subject }) => `${who} applied the same ${short(subject)}`,
  start_run: ({ by, subject, text, detail }) =>
    `${by ?? (text("incident") ? "Holt" : "The schedule")} started ${subject}${text("incident") && ` about incident ${text("incident")}`}${text("tick") && ` for ${text("tick")}`}${detail["fresh"] ? ", doing every step again" : ""}${detail["baselineOnly"] ? ", with the popularity list alone" : ""}`,
  retry_step: ({ who, text }) => `${who} let step "${text("step")}" try again${because(text)}`,
  skip_step: ({ who, text }) => `${who} let the run go on without step "${text("step")}"${because(text)}`,
  abort_step: ({ who, text }) => `${who} ended the run at step "${text("step")}"${because(text)}`,
  qa: ({ text }) => `QA said ${text("verdict")}: ${text("headline")}${text("failed")}`,
  open_review: ({ text }) => `The review opened, until ${minute(text("until"))}; it needs ${text("needs")}`,
  comment: ({ who, text }) =>
    `${who} commented on ${text("check") ? `check "${text("check")}"` : "the report"}${text("words") && `: "${text("words")}"`}`,
  issue_review_code: ({ who, text }) =>
    `${who} took a one-time code that says ${text("verdict")}, for Temporal's own pages`,
  refuse_review_code: ({ text }) => `A one-time code was refused: ${text("because")}`,
  refuse_decision: ({ by, text }) =>
    `${by ?? "Somebody unknown here"} said ${text("verdict")} and was refused: ${text("because")}`,
  approve: (entry) => decided(entry, "approved"),
  override: (entry) => decided(entry, "overrode the failed checks of"),
  reject: (entry) => decided(entry, "rejected"),
  ask: (entry) => decided(entry, "asked for changes to"),
  supersede: ({ text }) => `Run ${text("by")} took its place, so nothing was decided here any more`,
  expire: () => "Nobody decided in time, so the review expired",
  register: ({ text }) => `Holt registered release ${short(text("release"))} as version ${text("version")}`,
  deploy: ({ by, text }) =>
    `Holt put version ${text("to")} live${instead(text)}, as ${by ?? "a rule of the definition"} had decided${because(text)}`,
  rollback: ({ who, text }) =>
    `${who} went from version ${text("from")} back to version ${text("to")}${because(text)}`,
  roll_out: ({ text }) =>
    `Holt began stage ${text("stage")} of the rollout: ${text("kind")}${text("kind") === "canary" ? `, ${percent(text("share"))} of the people` : ""}`,
  answer_rollout: ({ who, text }) =>
    `${who} said ${text("answer").replaceAll("_", " ")} at stage ${text("stage")} of the rollout${because(text)}`,
  end_rollout: ({ text }) =>
    `The rollout ended, and the version answers nobody by it any more${because(text)}`,
  freeze: ({ who, text }) =>
    `${who} let nothing new go live from ${minute(text("from"))} until ${minute(text("until"))}${because(text)}`,
  thaw: ({ who, text }) =>
    `${who} overrode the calendar of freezes until ${minute(text("until"))}${because(text)}`,
  baseline_now: ({ who, text }) =>
    `${who} had everybody get the popularity list until ${minute(text("until"))}${because(text)}`,
  lift_safeguard: ({ who, text }) =>
    `${who} lifted the ${own(SAFEGUARDS, text("kind")) ?? text("kind")} before its time`,
  start_batch: ({ by, subject, text }) =>
    `${by ?? "The schedule"} had ${subject} score "${text("from")}" to "${text("to")}" by version ${text("version")}${text("trigger") === "deployment" ? ", as it went live" : ""}`,
  retry_batch: ({ who, subject, text }) => `${who} let ${subject} try again${because(text)}`,
  cancel_batch: ({ who, subject, text }) => `${who} ended ${subject}${because(text)}`,
  add_rule: ({ who, text }) =>
    `${who} said a rule, ${text("kind")} of item ${text("item")}${text("until") && `, until ${minute(text("until"))}`}${because(text)}`,
  lift_rule: ({ who, text }) => `${who} lifted the ${text("kind")} of item ${text("item")}`,
  start_experiment: ({ who, subject, text }) =>
    `${who} started ${subject}, with ${percent(text("traffic"))} of the people${because(text)}`,
  grow_experiment: ({ who, subject, text }) =>
    `${who} let ${subject} grow from ${percent(text("from"))} to ${percent(text("to"))} of the people${because(text)}`,
  override_arm: ({ who, subject, text }) =>
    `${who} ${text("arm") ? `put somebody into arm "${text("arm")}" of` : "had somebody assigned as all others again in"} ${subject}${because(text)}`,
  pause_experiment: ({ who, subject, text }) =>
    `${who} paused ${subject}, so that the control answers${because(text)}`,
  resume_experiment: ({ who, subject, text }) => `${who} let ${subject} go on${because(text)}`,
  ship_experiment: ({ who, subject, text }) =>
    `${who} ended ${subject} with arm "${text("arm")}" for everybody${because(text)}`,
  settle_experiment: ({ subject, text }) =>
    `Holt ended ${subject}${text("arm") && ` with arm "${text("arm")}" for everybody`}${because(text)}`,
  stop_arm: ({ subject, text }) =>
    `Holt ended arm "${text("arm")}" of ${subject}, so that its people get what the control serves${because(text)}`,
  end_experiment: ({ who, subject, text }) => `${who} ended ${subject}${because(text)}`,
  trust_environment: ({ who, subject, text }) => `${who} trusted key ${short(text("key"))} of ${subject}`,
  distrust_environment: ({ who, subject, text }) =>
    `${who} trusted key ${short(text("key"))} of ${subject} no more`,
  export_release: ({ who, text }) =>
    `${who} exported release ${short(text("release"))} for another environment`,
  import_release: ({ who, subject, text }) =>
    `${who} imported release ${short(text("release"))} from "${text("environment")}" as ${subject}`,
  add_person: ({ who, subject }) => `${who} added ${subject}`,
  issue_token: ({ who, subject }) => `${who} issued a token for ${subject}`,
  open_incident: ({ who, subject, text }) => `${who} opened ${subject}: "${text("title")}"`,
  acknowledge_incident: ({ who, subject }) => `${who} acknowledged ${subject}`,
  test_alerts: ({ who }) => `${who} had a test sent through the channels of alerts`,
  silence_alerts: ({ who, text }) =>
    `${who} silenced alerts${text("cause") && ` of ${text("cause")}`} until ${minute(text("until"))}${because(text)}`,
  lift_silence: ({ who, subject }) => `${who} ended ${subject}`,
  take_action: ({ who, subject, text }) =>
    `${who} acted on ${subject} ("${text("action")}"): ${text("reason")}`,
  withhold_action: ({ who, subject, text }) =>
    `${who} left action "${text("action")}" on ${subject}, since ${text("reason")}`,
  undo_action: ({ who, subject, text }) =>
    `${who} undid action "${text("action")}" on ${subject}${because(text)}`,
  keep_action: ({ who, subject, text }) =>
    `${who} had action "${text("action")}" on ${subject} stay${because(text)}`,
  leave_out_tick: ({ text }) =>
    `The schedule left out its tick of ${minute(text("tick"))}, since ${text("incident") ? `incident ${text("incident")} holds scheduled runs` : `run ${text("atWork")} was at work`}`,
  resolve_incident: ({ who, subject }) => `${who} closed ${subject}, as its cause is gone`,
  finish_run: ({ by, text }) =>
    `The run ended${by ? ` by ${by}` : ""}: ${text("outcome").replaceAll("_", " ")}${text("reason") && ` (${text("reason")})`}`,
};

const SAFEGUARDS: Record<string, string> = {
  freeze: "freeze",
  baseline: "popularity list",
  thaw: "override of the calendar",
  hold: "hold of scheduled runs",
};

/** One sentence, without its full stop. An action that it has no words for is told by its name. */
export function sentenceOf(entry: StoryEntry): string {
  const who = entry.by ?? "Holt";
  const tell = own(SENTENCES, entry.action);
  if (!tell) return `${who}: ${entry.action.replaceAll("_", " ")} (${entry.subject})`;
  return tell({ ...entry, who, text: (key) => textOf(entry.detail[key]) });
}

function decided({ by, detail, text }: Parameters<Tell>[0], did: string): string {
  const who = by ?? `The definition's rule "${text("rule")}"`;
  const inPlace = text("onBehalfOf") && ` in the place of ${text("onBehalfOf")}`;
  const digests = `release ${short(text("release"))} on report ${short(text("report"))}`;
  const reason = text("reason") && `: "${text("reason")}"`;
  return `${who}${inPlace}${looked(detail["seen"])} ${did} ${digests}${by ? `, ${door(text("channel"))}` : ""}${reason}`;
}

function percent(share: string): string {
  return `${Number((Number(share) * 100).toPrecision(3))} %`;
}

/** What the person had before them, as their page or terminal said. */
function looked(seen: Json | undefined): string {
  if (typeof seen !== "object" || seen === null || Array.isArray(seen)) return "";
  const previews = Array.isArray(seen["previews"]) ? seen["previews"].map(textOf) : [];
  const shelves = previews.length > 0 ? `looked at the shelves of ${previews.join(", ")}` : "";
  const opened = seen["openedAt"] ? `opened the report at ${minute(textOf(seen["openedAt"]))}` : "";
  const both = [opened, shelves].filter(Boolean).join(", ");
  return both && ` ${both}, and`;
}

const DOORS: Record<string, string> = {
  page: "on the page",
  cli: "by command",
  api: "by the API",
  slack: "in Slack",
  code: "by a one-time code in Temporal",
};

function door(channel: string): string {
  return own(DOORS, channel) ?? `by ${channel}`;
}

/** The table's own entry, and none that each object has, as `constructor`. */
function own<T>(table: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function because(text: (key: string) => string): string {
  return text("reason") && `: "${text("reason")}"`;
}

function instead(text: (key: string) => string): string {
  return text("from") && ` in place of version ${text("from")}`;
}

/** `definition 9f2c41d0…` of whatever ends in a digest. */
function short(words: string): string {
  return words.replace(/[0-9a-f]{64}$/, (digest) => `${digest.slice(0, SHORT)}…`);
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
