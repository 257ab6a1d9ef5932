/** Tells people of what a look found; each is told once, however often it is looked at. */
import type { Kysely } from "kysely";
import { definitionSchema } from "../core/definition.ts";
import type { Found } from "../core/experiment/analyse.ts";
import type { ExperimentEventType, ExperimentNotice } from "../core/experiment-event.ts";
import type { Experiment } from "../core/experiments-api.ts";
import { getDefinition } from "../db/definitions.ts";
import { listLooks } from "../db/experiment-looks.ts";
import { addExperimentNotice } from "../db/experiment-notices.ts";
import { getExperiment } from "../db/experiments.ts";
import type { Tables } from "../db/tables.ts";
import { getModel } from "../db/views/models.ts";

export const experimentNotices = (db: Kysely<Tables>) => ({
  /** That nothing can be read from it, which arms were ended, and whether a person is to ship one; each is told once. */
  async tellFound(experiment: Experiment, found: Found, waitsFor: string | null): Promise<void> {
    const { verdict, reason } = found;
    if (found.sampleRatio.isMismatch)
      await tell(db, experiment, "holt.experiment.blocked", { arm: null, verdict, reason, waitsFor });
    for (const { arm, reason: why } of (await getExperiment(db, experiment.id)).stoppedArms)
      await tell(db, experiment, "holt.experiment.arm_stopped", {
        arm,
        verdict: "stop",
        reason: why,
        waitsFor: null,
      });
    if (verdict === "ship" && found.arm !== undefined && experiment.plan.confirm === "person")
      await tell(db, experiment, "holt.experiment.ready", { arm: found.arm, verdict, reason, waitsFor });
  },

  /** Of an end by the plan; whoever ended it by hand knows. Also at the look after it, should the one that ended it have died. */
  async tellEnd(experiment: Experiment): Promise<void> {
    const last = (await listLooks(db, experiment.id)).at(-1);
    if (experiment.endedBy !== null || !last) return;
    const { verdict, arm, reason } = last;
    await tell(db, experiment, "holt.experiment.ended", { arm, verdict, reason, waitsFor: null });
  },
});

async function tell(
  db: Kysely<Tables>,
  { id, model, plan: { hypothesis } }: Experiment,
  type: ExperimentEventType,
  about: Pick<ExperimentNotice, "arm" | "verdict" | "reason" | "waitsFor">,
): Promise<void> {
  const { body } = await getDefinition(db, (await getModel(db, model)).definition_digest);
  const notice = { experiment: id, model, hypothesis, ...about };
  await addExperimentNotice(db, definitionSchema.parse(body), { type, notice });
}
