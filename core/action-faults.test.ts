import { expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import { describeFault } from "./faults.ts";

const SCHEDULE = { schedule: { cron: "0 3 * * *" } };

function faultsOf(action: unknown, change: object = SCHEDULE): string[] {
  const checked = checkDefinition({ ...smallDefinition(change), monitor: { actions: { act: action } } });
  return checked.ok ? [] : checked.faults.map(describeFault);
}

it("takes every kind of action, by causes, checks and both", () => {
  for (const action of ["freeze_retraining", "popularity_list", "roll_back", "retrain"])
    expect(
      faultsOf({ do: action, causes: ["source:sales", "deployment"], checks: ["rows", "reach:people"] }),
    ).toEqual([]);
  expect(faultsOf({ do: "popularity_list", checks: ["rows:sales"], after: "2 h", undo: "confirm" })).toEqual(
    [],
  );
  expect(faultsOf({ do: "retrain", causes: ["schedule"], atMost: { times: 2, within: "1 d" } })).toEqual([]);
});

it("keeps the digest of a definition without any, and fills in how often", () => {
  const checked = checkDefinition(smallDefinition());
  expect(checked.ok && "actions" in checked.definition.monitor).toBe(false);
  const acting = checkDefinition(
    smallDefinition({ monitor: { actions: { act: { do: "popularity_list", checks: ["scores"] } } } }),
  );
  expect(acting.ok && acting.definition.monitor.actions?.["act"]?.atMost).toEqual({
    times: 1,
    within: "7 d",
  });
});

it.each<[what: string, action: unknown, said: string | RegExp]>([
  [
    "one that fits everything",
    { do: "retrain" },
    'monitor.actions.act: names neither "causes" nor "checks", so any incident would do; name what it is for',
  ],
  [
    "a cause that no incident has",
    { do: "retrain", causes: ["source:sale"] },
    /^monitor\.actions\.act\.causes\[0\]: "source:sale" is none that this model's incidents can have; known are .*; did you mean "source:sales"\?$/,
  ],
  [
    "a promise that nobody gave",
    { do: "popularity_list", checks: ["freshness:sales"] },
    /^monitor\.actions\.act\.checks\[0\]: "freshness:sales" is none that/,
  ],
  [
    "a rollback that undoes itself",
    { do: "roll_back", causes: ["deployment"], undo: "automatic" },
    'monitor.actions.act.undo: "automatic" is not for a rollback: what is live no more cannot be seen to be well again; write "confirm", or leave it out',
  ],
  [
    "a run that is undone",
    { do: "retrain", causes: ["source"], undo: "confirm" },
    "monitor.actions.act.undo: is not for a run, which is not undone; leave it out",
  ],
  [
    "a limit over minutes",
    { do: "retrain", causes: ["source"], atMost: { times: 1, within: "5 min" } },
    'monitor.actions.act.atMost.within: "5 min" is too short; write "1 h" or more',
  ],
])("refuses %s", (_, action, said) => {
  expect(faultsOf(action)).toEqual([typeof said === "string" ? said : expect.stringMatching(said)]);
});

it("refuses to freeze retraining where nothing retrains by itself", () => {
  expect(faultsOf({ do: "freeze_retraining", causes: ["source"] }, {})).toEqual([
    'monitor.actions.act.do: "freeze_retraining" holds scheduled runs, and there is no "schedule"; write one, or take the action away',
  ]);
});
