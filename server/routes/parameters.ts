/** Parts of addresses and queries that several routes take. */
import { z } from "zod";

export const modelPath = z.object({ model: z.string().max(100) });
export const runPath = z.object({ runId: z.string().max(250) });
/** A version by its number or a name of it. */
export const versionPath = modelPath.extend({ version: z.string().max(100) });
export const aliasPath = modelPath.extend({ name: z.string().max(100) });
export const stepPath = runPath.extend({ step: z.string().max(100) });
export const batchPath = z.object({ batchId: z.string().max(100) });
export const delegationPath = z.object({ id: z.uuid("is not a delegation's id; see GET /api/delegations") });
export const safeguardPath = z.object({ id: z.uuid("is not a safeguard's id; see GET /api/safeguards") });
export const silencePath = z.object({ id: z.uuid("is not a silence's id; see GET /api/silences") });
export const rulePath = z.object({ id: z.uuid("is not a rule's id; see GET /api/models/:model/rules") });
export const experimentPath = z.object({ id: z.string().max(100) });
export const incidentPath = z.object({
  id: z.coerce
    .number("is not an incident's number; write digits")
    .int("is not a whole number; write an incident's number")
    .min(1, "is not an incident's number; they start at 1"),
});
export const incidentActionPath = incidentPath.extend({ name: z.string().max(40) });
