import { log, setDefaultSignalHandler, setHandler } from "@temporalio/workflow";
import { approval, rolloutAnswered, stepAnswered } from "./messages.ts";

/** Most codes that wait to be redeemed, and the longest that can be one; what is beyond is logged and dropped. */
const MOST_CODES = 100;
const LONGEST_CODE = 200;

/** What has arrived. The story looks at it, and then at the rows, which decide. */
export interface Inbox {
  /** Grows with each `approval`. */
  approvals: number;
  /** Grows with each `stepAnswered`. */
  answers: number;
  /** Grows with each `rolloutAnswered`. */
  rollouts: number;
  /** One-time codes not yet redeemed, each once, the oldest first. */
  codes: string[];
}

/** Registers every handler; call it before the first `await`, so that nothing sent early is lost. No handler throws. */
export function openInbox(): Inbox {
  const inbox: Inbox = { approvals: 0, answers: 0, rollouts: 0, codes: [] };
  setHandler(approval, (code?: unknown) => {
    inbox.approvals += 1;
    if (code === undefined || code === null) return;
    const isCode = typeof code === "string" && code.length > 0 && code.length <= LONGEST_CODE;
    if (isCode && inbox.codes.includes(code)) return;
    if (isCode && inbox.codes.length < MOST_CODES) inbox.codes.push(code);
    else log.warn("signal approval: what it carries is not a one-time code, so it only wakes the run");
  });
  setHandler(stepAnswered, () => {
    inbox.answers += 1;
  });
  setHandler(rolloutAnswered, () => {
    inbox.rollouts += 1;
  });
  setDefaultSignalHandler((name) => {
    log.warn("signal ignored: this run knows approval, stepAnswered and rolloutAnswered", {
      signal: name.slice(0, 100),
    });
  });
  return inbox;
}
