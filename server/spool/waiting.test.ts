import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { WaitingList } from "./waiting.ts";

const one = (longestMs: number) => ({ records: "", count: 1, synced: false, longestMs });

it("tells each once, by whoever comes first", () => {
  const list = new WaitingList();
  const told: boolean[] = [];
  const waiting = list.add(one(100), (isKept) => told.push(isKept));
  expect([list.settle(waiting, false), list.settle(waiting, true)]).toEqual([true, false]);
  expect(told).toEqual([false]);
});

test.prop([fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 })])(
  "names who has waited for longer than they may, and never sooner, by the looks that there were",
  (longestMs, everyMs) => {
    const list = new WaitingList();
    const waiting = list.add(one(longestMs), () => {});
    let looks = 0;
    while (list.look(everyMs).length === 0) looks++;
    expect(looks).toBe(Math.floor(longestMs / everyMs));
    list.settle(waiting, false);
    expect(list.look(1_000)).toEqual([]);
  },
);

it("keeps nobody back who may wait for longer", () => {
  const list = new WaitingList();
  const [soon] = [list.add(one(50), () => {}), list.add(one(5_000), () => {})];
  list.look(50);
  expect(list.look(50)).toEqual([soon]);
});
