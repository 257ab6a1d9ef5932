/** Kinds of values that several parts of a definition share. */
import { z } from "zod";
import { DURATION_HINT, parseDuration } from "./duration.ts";

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

export const name = z
  .string()
  .regex(NAME, "is not a name; use a small letter, then small letters, digits or _, 40 at most");
export const duration = z
  .string()
  .refine((written) => parseDuration(written) !== undefined, `is not a duration; ${DURATION_HINT}`);
export const share = z
  .number()
  .min(0, "is not a share; write a number from 0 to 1")
  .max(1, "is not a share; write a number from 0 to 1");
/** A person or team, in the words in which alerts are to name them. */
export const owner = z.string().min(1, "is empty; name a person or team").max(80);
/** Where whoever is on call reads what to do. */
export const runbook = z
  .url({
    protocol: /^https?$/,
    error: 'is not a web address; write one, as in "https://example.org/runbook"',
  })
  .max(500);
export const severity = z.enum(["error", "warn"]);
/** The name of one; `example` stands in the remedy. */
export const environmentVariable = (example: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, `is not the name of an environment variable; write one, as in "${example}"`);
