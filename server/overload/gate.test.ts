import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { Admission } from "./admission.ts";
import { Gate } from "./gate.ts";

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

it("takes no more of a turn for a long line than all else took, so that answers go on", async () => {
  const { arrive, told } = gateFor(1);
  arrive("ann");
  const busyUntil = (time: number) => {
    while (performance.now() < time);
  };
  for (let nth = 0; nth < 200; nth += 1) arrive(`${nth}`, () => busyUntil(performance.now() + 1));
  let turns = 0;
  for (; told.length < 201; turns += 1) await nextTurn();
  // each turn has nothing but the line, which takes a refusal's time and no more of it
  expect(turns).toBeGreaterThan(20);
  expect(told.slice(1)).toEqual(Array.from({ length: 200 }, (_, nth) => `${nth} refused`));
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
