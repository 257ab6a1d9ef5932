import { type Command, InvalidArgumentError } from "commander";
import { pauseOf } from "../../core/experiment/pause.ts";
import type { Experiment, PlannedExperiment } from "../../core/experiments-api.ts";
import { findWaitsFor, listLooks } from "../../db/experiment-looks.ts";
import { getExperiment, listExperiments } from "../../db/experiments.ts";
import {
  endExperiment,
  growExperiment,
  overrideArm,
  pauseExperiment,
  planExperiment,
  resumeExperiment,
  shipExperiment,
  startExperiment,
} from "../../operations/experiments.ts";
import { assignArm } from "../../store/assign-arm.ts";
import { type CommandResult, commandGroup, holtCommand, printing } from "../command.ts";
import { readPlan } from "../definition/plan-file.ts";
import { drawExperiment, drawPlan, served } from "../print/experiment.ts";
import { drawLook } from "../print/experiment-look.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute, formatShare } from "../print/words.ts";
import { withSession } from "../session.ts";
import { experimentReportCommand } from "./experiment-report.ts";

const MODEL = ["<model>", "name of an applied model"] as const;
const EXPERIMENT = ["<experiment>", 'one of "holt experiment list"'] as const;
const FILE = ["--file <path>", "a plan as JSON; the applied definition's when left out"] as const;
const REASON = ["--reason <text>", "why; kept in the audit log"] as const;

export function experimentCommand(): Command {
  return commandGroup("experiment", {
    description: "Compare versions among real people, by a plan that is frozen when it starts",
    examples: ["holt experiment plan movies", "holt experiment list"],
  })
    .addCommand(planning())
    .addCommand(starting())
    .addCommand(
      holtCommand("list", {
        description: "List experiments, the newest first",
        examples: ["holt experiment list --model movies"],
      })
        .option("--model <model>", "only this model's")
        .action(printing(list)),
    )
    .addCommand(
      holtCommand("show", {
        description: "Show an experiment: its plan, and what was found at the last look",
        examples: ["holt experiment show movies-x1"],
      })
        .argument(...EXPERIMENT)
        .action(printing(show)),
    )
    .addCommand(experimentReportCommand())
    .addCommand(growing())
    .addCommand(overriding())
    .addCommand(
      holtCommand("assign", {
        description: "Say which arm units have, computed from their ids alone",
        examples: ["holt experiment assign movies-x1 ann bea"],
      })
        .argument(...EXPERIMENT)
        .argument("<unit...>", "ids of people, households or sessions")
        .action(printing(assign)),
    )
    .addCommand(pausing())
    .addCommand(resuming())
    .addCommand(shipping())
    .addCommand(ending());
}

function planning(): Command {
  return holtCommand("plan", {
    description: "Check a plan, show what a start would freeze, and how many days it needs; nothing begins",
    examples: ["holt experiment plan movies", "holt experiment plan movies --file holdout.json"],
  })
    .argument(...MODEL)
    .option(...FILE)
    .action(
      printing(async (model: string, { file }: { file?: string }) => {
        const given = file === undefined ? undefined : await readPlan(file);
        const planned = await withSession((session) => planExperiment(session, model, given));
        return { text: drawPlan(planned), data: planned satisfies PlannedExperiment };
      }),
    );
}

function starting(): Command {
  return holtCommand("start", {
    description: "Freeze the plan and begin; servers answer by it within seconds",
    examples: ['holt experiment start movies --reason "version 4 against what is live"'],
  })
    .argument(...MODEL)
    .option(...FILE)
    .requiredOption(...REASON)
    .action(
      printing(async (model: string, { file, reason }: { file?: string; reason: string }) => {
        const plan = file === undefined ? undefined : await readPlan(file);
        return shown(
          await withSession(async (session) =>
            startExperiment(session, await session.actor(), model, { ...(plan && { plan }), reason }),
          ),
        );
      }),
    );
}

function growing(): Command {
  return holtCommand("grow", {
    description: "Have more people in an experiment, up to what its plan grows to; nobody changes arms",
    examples: ['holt experiment grow movies-x1 --to 0.5 --reason "nothing broke"'],
  })
    .argument(...EXPERIMENT)
    .requiredOption("--to <share>", "of all people, as in 0.5", parseShare)
    .requiredOption(...REASON)
    .action(
      printing(async (id: string, { to: traffic, reason }: { to: number; reason: string }) =>
        shown(
          await withSession(async (session) =>
            growExperiment(session, await session.actor(), id, { traffic, reason }),
          ),
        ),
      ),
    );
}

function overriding(): Command {
  return holtCommand("override", {
    description: "Put somebody into an arm by hand, for a look; the analysis leaves them out",
    examples: [
      'holt experiment override movies-x1 qa-1 treatment --reason "to see the lists"',
      'holt experiment override movies-x1 qa-1 --reason "seen"',
    ],
  })
    .argument(...EXPERIMENT)
    .argument("<unit>", "id of the person, household or session")
    .argument("[arm]", "the arm's name; without it they are assigned as all others again")
    .requiredOption(...REASON)
    .action(
      printing(async (id: string, unit: string, arm: string | undefined, { reason }: { reason: string }) => {
        const changed = await withSession(async (session) =>
          overrideArm(session, await session.actor(), id, { unit, arm: arm ?? null, reason }),
        );
        const text =
          arm === undefined ? `${unit} is assigned as all others again` : `${unit} is in arm ${arm}`;
        return { text: `experiment ${id}: ${text}`, data: changed };
      }),
    );
}

function pausing(): Command {
  return holtCommand("pause", {
    description:
      "Have the control answer everybody in an experiment until it is resumed; these days do not count",
    examples: ['holt experiment pause movies-x1 --reason "the shop is down"'],
  })
    .argument(...EXPERIMENT)
    .requiredOption(...REASON)
    .action(
      printing(async (id: string, { reason }: { reason: string }) =>
        shown(
          await withSession(async (session) =>
            pauseExperiment(session, await session.actor(), id, { reason }),
          ),
        ),
      ),
    );
}

function resuming(): Command {
  return holtCommand("resume", {
    description: "End an experiment's pause; each arm answers its people again",
    examples: ['holt experiment resume movies-x1 --reason "the shop is back"'],
  })
    .argument(...EXPERIMENT)
    .requiredOption(...REASON)
    .action(
      printing(async (id: string, { reason }: { reason: string }) =>
        shown(
          await withSession(async (session) =>
            resumeExperiment(session, await session.actor(), id, { reason }),
          ),
        ),
      ),
    );
}

function shipping(): Command {
  return holtCommand("ship", {
    description: "Put an arm's version live for everybody, and end the experiment",
    examples: ['holt experiment ship movies-x1 --arm treatment --reason "spend rose by 4 %"'],
  })
    .argument(...EXPERIMENT)
    .requiredOption("--arm <arm>", "the arm's name")
    .requiredOption(...REASON)
    .action(
      printing(async (id: string, { arm, reason }: { arm: string; reason: string }) =>
        shown(
          await withSession(async (session) =>
            shipExperiment(session, await session.actor(), id, { arm, reason }),
          ),
        ),
      ),
    );
}

function ending(): Command {
  return holtCommand("end", {
    description: "End an experiment; what is live answers everybody again",
    examples: ['holt experiment end movies-x1 --reason "a mistake in the plan"'],
  })
    .argument(...EXPERIMENT)
    .requiredOption(...REASON)
    .action(
      printing(async (id: string, { reason }: { reason: string }) =>
        shown(
          await withSession(async (session) => endExperiment(session, await session.actor(), id, { reason })),
        ),
      ),
    );
}

async function list({ model }: { model?: string }): Promise<CommandResult> {
  const all = await withSession(({ database }) => listExperiments(database.db, model));
  const rows = all.map((one) => [
    ...[
      one.id,
      pauseOf(one) ? "paused" : one.endedAt === null ? "running" : "ended",
      one.plan.arms.map(served).join(" · "),
    ],
    ...[formatShare(one.slice.traffic), one.plan.primary.metric, formatMinute(one.startedAt), one.startedBy],
    one.endReason ?? one.reason,
  ]);
  const head = ["id", "", "arms", "traffic", "decided by", "since", "started by", "why"];
  return { text: all.length === 0 ? "None." : drawTable(head, rows), data: all };
}

async function show(id: string): Promise<CommandResult> {
  const { experiment, looks, waitsFor } = await withSession(async ({ database: { db } }) => ({
    experiment: await getExperiment(db, id),
    looks: await listLooks(db, id),
    waitsFor: await findWaitsFor(db, id),
  }));
  const last = looks.at(-1);
  const found = last ? drawLook(last, experiment, waitsFor) : "Nobody has looked at it yet.";
  return { text: `${drawExperiment(experiment)}\n\n${found}`, data: { ...experiment, looks, waitsFor } };
}

async function assign(id: string, units: string[]): Promise<CommandResult> {
  const { plan, slice } = await withSession(({ database }) => getExperiment(database.db, id));
  const found = units.map((unit) => ({
    unit,
    arm: assignArm({ id, layer: plan.layer, slice, arms: plan.arms }, unit)?.name ?? null,
  }));
  const rows = found.map(({ unit, arm }) => [unit, arm ?? "not in the experiment"]);
  return { text: drawTable(["unit", "arm"], rows), data: found };
}

function shown(experiment: Experiment): CommandResult {
  return { text: drawExperiment(experiment), data: experiment };
}

function parseShare(written: string): number {
  const value = Number(written);
  if (written !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("It is not a share; write a number above 0, 1 at most.");
}
