/** What holds while a safeguard does, as terminal and pages say it. */
import type { Safeguard } from "./api.ts";

export const SAFEGUARD_WORDS: Record<Safeguard["kind"], string> = {
  freeze: "Nothing new goes live",
  baseline: "Everybody gets the popularity list",
  thaw: "The calendar of freezes is overridden",
  hold: "No scheduled run is opened",
};
