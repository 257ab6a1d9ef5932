/** In which form a signed version reaches people. */
import { z } from "zod";

/**
 * Left out, each answer is scored when it is asked for. Optional, not filled in, so that a definition which says nothing
 * of it keeps its digest.
 */
export const deploymentSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("online") }),
    z.strictObject({
      kind: z.literal("materialised"),
      /** Length of the lists that are written; nobody is answered more. */
      k: z.int().min(1).max(1_000),
    }),
  ])
  .optional();
