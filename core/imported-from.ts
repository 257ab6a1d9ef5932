import { z } from "zod";

/** Where a release came from that was not made in this environment, and what was said of it there. */
export const importedFromSchema = z.object({
  /** As an admin of this environment named it when they trusted its key. */
  environment: z.string(),
  /** Its run there. */
  runId: z.string(),
  exporter: z.string(),
  exportedAt: z.string(),
  importedBy: z.string(),
  importedAt: z.string(),
  /** SHA-256 of the public key. */
  key: z.string(),
  /** Whether the signature on what is stored holds, checked as this was read. */
  isSigned: z.boolean(),
  /** Names are those of people there. */
  decisions: z.array(
    z.object({
      verdict: z.enum(["approve", "reject", "ask"]),
      by: z.string(),
      onBehalfOf: z.string().nullable(),
      override: z.boolean(),
      reason: z.string(),
      at: z.string(),
    }),
  ),
});
export type ImportedFrom = z.output<typeof importedFromSchema>;
