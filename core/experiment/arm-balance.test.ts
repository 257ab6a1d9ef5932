import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { experimentSchema } from "../definition-experiment.ts";
import { freezePlan } from "../experiment-plan.ts";
import { armBalance } from "./arm-balance.ts";
import type { ArmCounts } from "./look.ts";
import { saySampleRatio } from "./plain-words.ts";
import { sayMismatch } from "./verdict-words.ts";

function plan() {
  const settings = experimentSchema.parse(smallExperiment());
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  return frozen.plan;
}

type Given = ArmCounts["given"];
/** Two answers a unit. */
function arms(control: Given, treatment: Given): ArmCounts[] {
  return [
    { arm: "control", units: 25_000, answers: 50_000, fallbacks: 0, given: control },
    { arm: "treatment", units: 25_000, answers: 50_000, fallbacks: 0, given: treatment },
  ];
}
const given = (answers: number, recorded: number, notKept = 0) => ({ answers, recorded, notKept });
const balance = (control: Given, treatment: Given) => armBalance(plan(), arms(control, treatment), false);

describe("a loss of 1 % in one arm", () => {
  it("blocks, where the arms' counts alone say nothing, and is told as what it is", () => {
    const found = balance(given(50_000, 50_000), given(50_000, 49_500));
    expect(found).toMatchObject({ isMismatch: true, loss: { isMismatch: true } });
    expect(found.p).toBeGreaterThan(0.1);
    expect(sayMismatch(found)).toBe("the arms lost unequal shares of the answers that servers gave");
    expect(saySampleRatio(found)).toMatch(
      /^The arms lost unequal shares .+ no figure below can be trusted\. Likely because what servers kept never came to PostgreSQL /,
    );
  });

  it("names what the servers could not keep apart from what was lost later", () => {
    const full = balance(given(50_000, 50_000), given(50_000, 49_500, 500));
    expect(full.causes).toEqual([
      "servers could not keep (a full or hanging disk, see notRecorded of /readyz) the exposures of 1 % in arm treatment and 0 % in arm control",
    ]);
    const refused = balance(given(50_000, 49_990, 10), given(50_000, 49_400, 10));
    expect(refused.causes).toEqual([
      "what servers kept never came to PostgreSQL (set aside, see setAside of /readyz, or gone with a server's disk) for 1.2 % in arm treatment and 0 % in arm control",
    ]);
  });
});

it("blocks nothing that all arms lose alike, and says that it was looked at", () => {
  const found = balance(given(50_000, 49_000), given(50_000, 49_020));
  expect(found).toMatchObject({ isMismatch: false, causes: [], loss: { isMismatch: false } });
  expect(saySampleRatio(found)).toBe(
    "The arms hold the shares that the plan gave them, and none surely lost more of its answers than another, so they can be compared.",
  );
});

it("takes a person's lost answers for one loss", () => {
  // 30 people of one arm and 60 of the other, 100 answers each
  const [few, many] = [given(100_000, 97_000), given(100_000, 94_000)];
  const perPerson = (units: number) =>
    arms(few, many).map((arm) => ({ ...arm, units, answers: 100_000 })) as ArmCounts[];
  expect(armBalance(plan(), perPerson(1_000), false).loss).toMatchObject({ isMismatch: false });
  expect(armBalance(plan(), perPerson(100_000), false).loss).toMatchObject({ isMismatch: true });
});

it("says nothing of losses where no server counted", () => {
  const found = balance(undefined, undefined);
  expect(found).not.toHaveProperty("loss");
  expect(saySampleRatio(found)).toBe(
    "The arms hold the shares that the plan gave them, so they can be compared.",
  );
  expect(balance(given(100, 90), undefined)).not.toHaveProperty("loss");
  expect(armBalance(plan(), [], false)).toEqual({ isMismatch: false, p: 1, causes: [] });
});

test.prop([fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 1_000_000 })])(
  "servers that lost nothing block nothing, however unlike the arms are",
  (control, treatment) => {
    expect(balance(given(control, control), given(treatment, treatment)).isMismatch).toBe(false);
  },
);
