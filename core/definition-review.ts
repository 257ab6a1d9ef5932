/** The rules of the review: who decides, how many, by when, and what may go without. */
import { z } from "zod";
import { duration, name, share } from "./definition-values.ts";
import { isTimeZone } from "./zoned-time.ts";

const person = z.string().min(1, "is empty; name a person");
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day; write it as in "09:00"');
const environmentVariable = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]*$/,
    'is not the name of an environment variable; write one, as in "HOLT_SLACK_TOKEN"',
  );

/** Days of the week as in ISO 8601: 1 is Monday. Hours that end before they begin reach into the next day; equal ones are the whole day. */
const workingHoursSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, 'is not a time zone; write one of the IANA database, as in "Europe/Berlin"')
    .default("UTC"),
  days: z.array(z.int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5]),
  from: time.default("09:00"),
  to: time.default("17:00"),
});

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
  workingHours: workingHoursSchema.prefault({}),
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
          tokenEnv: environmentVariable.default("HOLT_SLACK_TOKEN"),
        })
        .optional(),
      /** Addresses of the people are kept with them; the sender's server is HOLT_SMTP_URL. */
      mail: z.strictObject({ from: z.email() }).optional(),
    })
    .prefault({}),
});
export type ReviewRules = z.output<typeof reviewRulesSchema>;
export type WorkingHours = z.output<typeof workingHoursSchema>;
