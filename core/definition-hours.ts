/** Hours of the day on days of the week, in a time zone. */
import { z } from "zod";
import { INCIDENT_SEVERITIES } from "./incident-severity.ts";
import { isTimeZone } from "./zoned-time.ts";

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day; write it as in "09:00"');

/** Days of the week as in ISO 8601: 1 is Monday. Hours that end before they begin reach into the next day; equal ones are the whole day. */
export const hoursSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, 'is not a time zone; write one of the IANA database, as in "Europe/Berlin"')
    .default("UTC"),
  days: z.array(z.int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5]),
  from: time.default("09:00"),
  to: time.default("17:00"),
});
/** Hours in which a channel is left alone. */
export const quietHoursSchema = hoursSchema.extend({
  days: hoursSchema.shape.days.removeDefault().default([1, 2, 3, 4, 5, 6, 7]),
  from: time,
  to: time,
  /** What waits for their end; the others come at once. */
  severity: z.array(z.enum(INCIDENT_SEVERITIES)).min(1, "is empty; leave it out").default(["warn"]),
});
export type QuietHours = z.output<typeof quietHoursSchema>;
export type Hours = z.output<typeof hoursSchema>;
