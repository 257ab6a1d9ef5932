/** The change calendar of a definition: times of the week in which nothing new goes live. */
import { z } from "zod";
import { isTimeZone } from "./zoned-time.ts";

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day; write it as in "18:00"');
const day = z.int().min(1).max(7);

/** Days of the week as in ISO 8601: 1 is Monday. */
const freezeSchema = z.strictObject({
  /** Days on which it begins. */
  days: z.array(day).min(1, "is empty; name the days on which it begins"),
  from: time,
  /** Not after `from`: of the next day. */
  to: time,
  /** The day of its end, within the week after its beginning, as in Friday to Monday. */
  toDay: day.optional(),
  timeZone: z
    .string()
    .refine(isTimeZone, 'is not a time zone; write one of the IANA database, as in "Europe/Berlin"')
    .default("UTC"),
  reason: z.string().min(1, "is empty; say why, people who wait read it").max(200),
});

export const freezesSchema = z.array(freezeSchema).min(1, "is empty; leave it out").max(20);
export type CalendarFreeze = z.output<typeof freezeSchema>;
