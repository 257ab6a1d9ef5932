import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { Admission } from "./admission.ts";
import { Gate } from "./gate.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

function gateFor(places: number) {
  const admission = new Admission({ targetMs: 20, least: places, most: places });
  const gate = new Gate(admission);
  const told: string[] = [];
  const arrive = (name: string, refuse = () => {}) => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    gate.arrive({
      response,
      letIn() {
        admission.enter("online");
        told.push(`${name} in`);
      },
      refuse() {
        refuse();
        told.push(`${name} refused`);
      },
    });
    return response;
  };
  return { admission, arrive, told };
}

it("lets in at once while there is a place, and has all others wait for a turn", async () => {
  const { admission, arrive, told } = gateFor(1);
  arrive("ann");
  arrive("bea");
  arrive("cid");
  expect(told).toEqual(["ann in"]);
  await nextTurn();
  expect(told).toEqual(["ann in", "bea refused", "cid refused"]);
  expect(admission.state()).toMatchObject({ underWay: 1, refused: { online: 2, batch: 0 } });
});

it("gives a place that became free to who waits longest, also when somebody comes just then", async () => {
  const { admission, arrive, told } = gateFor(1);
  arrive("ann");
  arrive("bea");
  admission.leave();
  arrive("cid");
  expect(told).toEqual(["ann in"]);
  await nextTurn();
  expect(told).toEqual(["ann in", "bea in", "cid refused"]);
});

it("takes as much of a turn for a long line as all else took, so that answers go on", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const { arrive, told } = gateFor(1);
  arrive("ann");
  for (let nth = 0; nth < 16; nth += 1) arrive(`${nth}`, () => (now += 1));
  const refusedByTurn: number[] = [];
  for (const elseMs of [0, 0, 5, 9]) {
    now += elseMs;
    const before = told.length;
    await nextTurn();
    refusedByTurn.push(told.length - before);
  }
  expect(refusedByTurn).toEqual([1, 1, 5, 9]);
  expect(told.slice(1)).toEqual(Array.from({ length: 16 }, (_, nth) => `${nth} refused`));
});

it("forgets who went away meanwhile", async () => {
  const { admission, arrive, told } = gateFor(1);
  arrive("ann");
  arrive("bea").destroy();
  arrive("cid");
  await nextTurn();
  expect(told).toEqual(["ann in", "cid refused"]);
  expect(admission.state().refused.online).toBe(1);
});
