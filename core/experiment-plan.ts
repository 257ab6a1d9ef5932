/** A plan as it is frozen at an experiment's start: every arm by the version that it serves. */
import { z } from "zod";
import { type ExperimentSettings, experimentSchema } from "./definition-experiment.ts";
import type { Fault } from "./faults.ts";

/** `version` null: what is live, whatever that is; with `listOnly` its popularity list. */
export const frozenArmSchema = z.strictObject({
  name: z.string(),
  version: z.int().nullable(),
  listOnly: z.boolean(),
  share: z.number(),
});
export type FrozenArm = z.output<typeof frozenArmSchema>;

export const frozenPlanSchema = experimentSchema.extend({
  schemaVersion: z.literal(1),
  model: z.string(),
  /** The control first, the others by name: in this order they share the places from 0 to 1. */
  arms: z.array(frozenArmSchema),
  growsTo: z.number(),
  layer: z.string(),
});
export type FrozenPlan = z.output<typeof frozenPlanSchema>;

/** What names in a plan stand for now. */
export interface Served {
  /** What is live. */
  champion: number;
  /** By name, as people gave them. */
  aliases: ReadonlyMap<string, number>;
}

/** The plan with versions in the place of names, or what names nothing. */
export function freezePlan(
  settings: ExperimentSettings,
  { model, champion, aliases }: Served & { model: string },
): { ok: true; plan: FrozenPlan } | { ok: false; faults: Fault[] } {
  const { arms, control, holdout, ...rest } = settings;
  const faults: Fault[] = [];
  const names = [
    control,
    ...Object.keys(arms)
      .filter((arm) => arm !== control)
      .sort(),
  ];
  const frozen = names.map((name): FrozenArm => {
    const { serve, share } = arms[name] as ExperimentSettings["arms"][string];
    if (serve === "live") return { name, version: null, listOnly: false, share };
    // held out for long, people get the list of whatever is live
    if (serve === "baseline") return { name, version: holdout ? null : champion, listOnly: true, share };
    const version = typeof serve === "number" ? serve : serve === "champion" ? champion : aliases.get(serve);
    if (version === undefined)
      faults.push({
        path: ["arms", name, "serve"],
        problem: `"${serve}" is no version's name; write a number, an alias of "holt versions ${model}", "champion" or "baseline"`,
      });
    return { name, version: version ?? 0, listOnly: false, share };
  });
  const served = frozen.map(({ version, listOnly }) => `${version} ${listOnly}`);
  const isSame = served.some((one, at) => served.indexOf(one) !== at);
  const differs = served.some((one) => one !== served[0]);
  if (faults.length === 0 && (settings.aa ? differs : isSame))
    faults.push({
      path: ["arms"],
      problem: `serve ${frozen.map(({ name, version }) => `version ${version} as "${name}"`).join(", ")} now; ${settings.aa ? "have all serve the same, or leave out aa" : "name different versions, or write aa: true"}`,
    });
  if (faults.length > 0) return { ok: false, faults };
  const { traffic, growsTo = traffic, layer = holdout ? `${model}-holdout`.slice(0, 40) : model } = rest;
  return {
    ok: true,
    plan: { schemaVersion: 1, model, ...rest, holdout, control, traffic, growsTo, layer, arms: frozen },
  };
}
