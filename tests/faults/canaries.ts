import { randomBytes } from "node:crypto";

/** Where each run of Holt leaves something behind. */
export const PLACES = [
  "the worker's log",
  "the server's log",
  "Temporal's database file",
  "saved histories",
  "error bodies",
  "artifacts",
  "audit rows",
] as const;
export type Place = (typeof PLACES)[number];

export interface Canary {
  /** What it stands for. */
  what: string;
  text: string;
  /** Where it belongs. Nowhere else may it be found. */
  mayBe: readonly Place[];
}

/** A person's reasons and names are what the audit log is for. */
const AUDITED = ["audit rows"] as const;
/** A model knows which items there are. */
const ITEMS = ["artifacts"] as const;
/** Told to themself, and why a run ended to whoever may look at it. */
const TOLD = ["audit rows", "error bodies"] as const;

/** Words that stand nowhere else, one for each kind of text that a run, a person or a setting brings. */
export function hatchCanaries() {
  const flock = randomBytes(6).toString("hex");
  let hatched = 0;
  const canary = (what: string, mayBe: readonly Place[] = []): Canary => ({
    what,
    mayBe,
    text: `canary${flock}${String(++hatched).padStart(2, "0")}x`,
  });
  return {
    user: canary("a person's id in a source"),
    item: canary("an item's id", ITEMS),
    title: canary("an item's title"),
    setAside: canary("a row that was set aside"),
    unread: canary("a column that nobody reads"),
    castText: canary("a value that PostgreSQL quotes in its error"),
    foundRow: canary("a row that a data test finds"),
    printed: canary("what a command prints"),
    complaint: canary("what a failing command prints"),
    reviewer: canary("a reviewer's name", TOLD),
    deputy: canary("a deputy's name", AUDITED),
    email: canary("an e-mail address"),
    group: canary("a group", AUDITED),
    label: canary("a token's label", AUDITED),
    comment: canary("a comment", AUDITED),
    question: canary("what a reviewer asks", AUDITED),
    rejection: canary("why somebody rejects", AUDITED),
    approval: canary("why somebody approves", AUDITED),
    abortion: canary("why somebody aborts", TOLD),
    delegation: canary("why somebody delegates", AUDITED),
    rollback: canary("why somebody goes back", AUDITED),
    visitor: canary("a person whom a product asks for"),
    lookedUp: canary("a person whom a reviewer looks up"),
    wrongToken: canary("a token that opens nothing"),
    smtpPassword: canary("the password of the mail server"),
    slackToken: canary("the Slack bot's token"),
    slackSecret: canary("Slack's signing secret"),
    oidcSecret: canary("the OpenID client's secret"),
    webhookSecret: canary("a webhook's signing secret"),
  };
}
export type Canaries = ReturnType<typeof hatchCanaries>;

/** A secret that Holt itself made, or that the servers had before: it belongs nowhere. */
export function secretCanary(what: string, text: string): Canary {
  return { what, text, mayBe: [] };
}

/** Which canaries sing where they may not: one sentence each. */
export function findStrays(canaries: readonly Canary[], left: ReadonlyMap<Place, Buffer>): string[] {
  return [...left].flatMap(([place, bytes]) =>
    canaries
      .filter(({ mayBe, text }) => !mayBe.includes(place) && bytes.includes(text))
      .map(({ what, text }) => `${what} is in ${place}: ${around(bytes, text)}`),
  );
}

/** Some bytes around the find, so that a person sees how it came there. */
function around(bytes: Buffer, text: string): string {
  const at = bytes.indexOf(text);
  const near = bytes.subarray(Math.max(0, at - 120), at + text.length + 40).toString("latin1");
  return JSON.stringify(near.replace(/[^\x20-\x7e]+/g, "·"));
}
