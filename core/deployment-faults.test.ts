import { expect, it } from "vitest";
import { digestOf } from "../store/digest.ts";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import type { DefinitionInput } from "./definition.ts";

const faultsOf = (deployment: unknown) => {
  const checked = checkDefinition({ ...smallDefinition(), deployment });
  return checked.ok ? [] : checked.faults.map(({ path, problem }) => `${path.join(".")}: ${problem}`);
};

it("takes each kind with its own settings", () => {
  expect(faultsOf({ kind: "online" })).toEqual([]);
  expect(faultsOf({ kind: "materialised", k: 10 })).toEqual([]);
});

it("refuses kinds that do not exist, settings of another kind, and lists shorter than those that were judged", () => {
  expect(faultsOf({ kind: "table" })).toHaveLength(1);
  expect(faultsOf({ kind: "online", k: 10 })).toHaveLength(1);
  expect(faultsOf({ kind: "materialised" })).toHaveLength(1);
  expect(faultsOf({ kind: "materialised", k: 9 })).toEqual([
    "deployment.k: 9 is less than evaluation.k (10), so people would be shown shorter lists than were judged; write 10 or more",
  ]);
});

it("leaves the digest of a definition that names no kind as it was", () => {
  const digest = (written: DefinitionInput) => {
    const checked = checkDefinition(written);
    return checked.ok && digestOf(checked.definition);
  };
  const checked = checkDefinition(smallDefinition());
  expect(checked.ok && "deployment" in checked.definition).toBe(false);
  expect(digest(smallDefinition({ deployment: { kind: "materialised", k: 10 } }))).not.toBe(
    digest(smallDefinition()),
  );
});
