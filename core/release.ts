import { z } from "zod";

/** What a person signs. Its digest (of the canonical JSON) holds nothing that a clock or a machine's speed decides. */
export const releaseSchema = z.strictObject({
  model: z.string(),
  /** Which candidate it is: `popularity`, or a name in the definition. */
  candidate: z.string(),
  artifactDigest: z.string().length(64),
  sizeBytes: z.number(),
  /** The popularity list that answers for people without a history. */
  fallbackDigest: z.string().length(64),
  definitionDigest: z.string().length(64),
  /** Its editorial rules with the values of items that they go by; none where the definition names none. */
  rulesDigest: z.string().length(64).optional(),
  /** Real cases with the artifact's answers, which it must give wherever it is loaded. Older releases have none. */
  goldenDigest: z.string().length(64).optional(),
});
export type Release = z.output<typeof releaseSchema>;
