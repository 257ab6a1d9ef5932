import { expect, it } from "vitest";
import { placeOf } from "../store/place-of.ts";
import { timedId } from "../store/timed-id.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { exposureLine, outcomeLine } from "./exposure-lines.ts";
import { storeSpooled } from "./exposures.ts";
import { sumStageOutcomes } from "./rollout-outcomes.ts";

const RUN = "shop-20261201T030000";
const MINUTE_MS = 60_000;

it("sums what people did since the stage began, each with the version that is meant to answer them", async () => {
  const database = await testDatabase();
  const { personId } = await addTestPerson(database.db, "service");
  const nowMs = Date.now();
  const started_at = new Date(nowMs - 10 * MINUTE_MS);
  const people = Array.from({ length: 60 }, (_, at) => `person ${at} ü`);
  const share = 0.3;
  const candidates = people.filter((user) => placeOf(RUN, user) < share);
  const exposures: Buffer[] = [];
  const outcomes: Buffer[] = [];
  const show = (
    user: string,
    { minutes = 5, model = "shop", context = {} as Record<string, unknown> } = {},
  ) => {
    const id = timedId(nowMs - minutes * MINUTE_MS);
    const of = { model, version: 1, arm: "champion", fallback: false, k: 1, items: [{ id: "i", score: 1 }] };
    exposures.push(Buffer.from(exposureLine({ ...of, id, user, context })));
    return id;
  };
  const tell = (recommendationId: string, kind: "click" | "play" | "spend" = "click") => {
    const told = { id: `${outcomes.length}`, recommendationId, itemId: "i" };
    const outcome =
      kind === "spend"
        ? { ...told, kind, amount: "2.50", amountMinor: 250, currency: "EUR" }
        : { ...told, kind };
    outcomes.push(Buffer.from(outcomeLine({ outcome, personId, receivedMs: nowMs })));
  };
  for (const user of people) show(user);
  for (const user of people.slice(0, 20)) {
    const again = show(user, { minutes: 3 });
    tell(again);
    tell(again); // two clicks of one person count once
    if (user === people[0]) tell(again, "play");
  }
  const spender = candidates[0] as string;
  for (const minutes of [2, 1]) tell(show(spender, { minutes }), "spend");
  // not of the stage: before it, of another model, of nobody, of an experiment
  tell(show(people[30] as string, { minutes: 11 }));
  tell(show(people[31] as string, { model: "kids" }));
  tell(show(""));
  tell(show("else", { context: { experiment: { id: "x1", arm: "a", unit: "else" } } }));
  await storeSpooled(database, "exposure", exposures);
  await storeSpooled(database, "outcome", outcomes);

  const stage = { run_id: RUN, model: "shop", share, started_at, elapsedMs: 10 * MINUTE_MS };
  const found = await sumStageOutcomes(database.db, stage, 100);
  const clicked = people.slice(0, 20).filter((user) => candidates.includes(user)).length;
  const played = candidates.includes(people[0] as string) ? 1 : 0;
  expect(found).toEqual({
    live: {
      people: 60 - candidates.length,
      clicked: 20 - clicked,
      played: 1 - played,
      spend: 0,
      spendSquares: 0,
    },
    candidate: { people: candidates.length, clicked, played, spend: 5, spendSquares: 25 },
    currencies: ["EUR"],
  });
  // of five million answers in these ten minutes, the last two million are those of the last four
  const late = await sumStageOutcomes(database.db, stage, 5_000_000);
  expect(late.live.people + late.candidate.people).toBe(new Set([...people.slice(0, 20), spender]).size);
});

it("sums nothing where nobody was shown anything", async () => {
  const { db } = await testDatabase();
  const stage = { run_id: RUN, model: "shop", share: 0.3, started_at: new Date(), elapsedMs: 0 };
  const none = { people: 0, clicked: 0, played: 0, spend: 0, spendSquares: 0 };
  expect(await sumStageOutcomes(db, stage, 0)).toEqual({ live: none, candidate: none, currencies: [] });
});
