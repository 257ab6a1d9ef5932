import { expect, it } from "vitest";
import { oneAfterAnother } from "./one-after-another.ts";

it("runs work in the order of the calls, never two at once, and goes on after a failure", async () => {
  const inTurn = oneAfterAnother();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
    if (name === "b") throw new Error("b fails");
    return name;
  };
  const [a, b, c] = await Promise.allSettled(["a", "b", "c"].map((name) => inTurn(work(name))));
  expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  expect([a, c]).toEqual([
    { status: "fulfilled", value: "a" },
    { status: "fulfilled", value: "c" },
  ]);
  expect(b).toMatchObject({ status: "rejected", reason: { message: "b fails" } });
});
