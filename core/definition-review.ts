/** The rules of the review: who decides, how many, by when, and what may go without. */
import { z } from "zod";
import { hoursSchema } from "./definition-hours.ts";
import { duration, environmentVariable, name, share } from "./definition-values.ts";

const person = z.string().min(1, "is empty; name a person");
/** A case in which nobody is asked. Signed by the rule's name. All that is given must hold, no check may fail, and each of severity "error" must pass. */
const automaticSchema = z.strictObject({
  /** Only runs that a schedule started. */
  scheduledOnly: z.boolean().default(true),
  /** Only the same candidate as is live, trained again. */
  sameCandidate: z.boolean().default(true),
  /** Most of the mean list that may differ from the champion's. */
  maxListChange: share,
});

export const reviewRulesSchema = z.strictObject({
  expiresAfter: duration.default("7 d"),
  /** Approvals by different people that a version needs. */
  approvals: z.int().min(1).max(10).default(1),
  /** Whose decision counts, beside the role "reviewer" that each needs; every reviewer when left out. */
  reviewers: z
    .strictObject({ people: z.array(person).default([]), groups: z.array(name).default([]) })
    .optional(),
  /** A failed check of severity "error" may be overridden by one more person than else, each with a reason. */
  override: z.strictObject({ groups: z.array(name).default([]) }).optional(),
  /** Named cases that need nobody. */
  automatic: z.record(name, automaticSchema).default({}),
  workingHours: hoursSchema.prefault({}),
  /** Working time after which those who may decide are reminded, again and again; "1 d" is one working day. */
  remindAfter: duration.default("1 d"),
  /** Working time after which others are told. */
  escalate: z.strictObject({ after: duration, to: z.array(person).min(1) }).optional(),
  notify: z
    .strictObject({
      slack: z
        .strictObject({
          channel: z.string().min(1),
          /** Environment variable of the worker with the bot's token. */
          tokenEnv: environmentVariable("HOLT_SLACK_TOKEN").default("HOLT_SLACK_TOKEN"),
        })
        .optional(),
      /** Addresses of the people are kept with them; the sender's server is HOLT_SMTP_URL. */
      mail: z.strictObject({ from: z.email() }).optional(),
    })
    .prefault({}),
});
export type ReviewRules = z.output<typeof reviewRulesSchema>;
