import { fc, it as prop } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { choose } from "./choose.ts";
import { type Champion, type Contender, findExcess, gainOver } from "./contender.ts";
import { definitionSchema } from "./definition.ts";

const definition = definitionSchema.parse({
  name: "movies",
  sources: {},
  features: {},
  interactions: "interactions",
  items: "items",
  candidates: { als: { trainer: "als" }, similar: { trainer: "item_similarity" } },
  choose: { metric: "ndcg", minGain: 0.1, maxAnswerMs: 50, maxTrainSeconds: 600 },
});
const baseline = contender("popularity", {
  value: 0.13,
  sizeBytes: 90_000,
  trainSeconds: 0.1,
  answerMs: 0.1,
});
const als = contender("als", { value: 0.21, trainSeconds: 5, answerMs: 1.2, sizeBytes: 2_300_000 });
const similar = contender("similar", { value: 0.19 });

function contender(name: string, measured: Partial<Contender> = {}): Contender {
  return {
    name,
    artifactDigest: `digest of ${name}`,
    sizeBytes: 1_000_000,
    trainSeconds: 1,
    answerMs: 1,
    value: 0.2,
    ...measured,
  };
}

function live(of: Contender, change: Partial<Champion> = {}): Champion {
  const { artifactDigest, answerMs, value, name } = of;
  return { version: 3, candidate: name, artifactDigest, answerMs, value, ...change };
}

describe("choose", () => {
  it("takes the best learned candidate, and says in one sentence what it brings and costs", () => {
    expect(choose({ definition, baseline, learned: [similar, als], champion: undefined })).toEqual({
      chosen: "als",
      isLiveAlready: false,
      reason:
        "als finds 62 % more of what people chose next than the popularity list (NDCG@10 0.21 against 0.13), and costs 5 s to train, 1.2 ms an answer and 2.3 MB; that is worth it, since 10 % was asked for",
    });
  });

  it("takes the popularity list when it is alone", () => {
    expect(choose({ definition, baseline, learned: [], champion: undefined })).toEqual({
      chosen: "popularity",
      isLiveAlready: false,
      reason:
        "the popularity list is the only candidate of this run (NDCG@10 0.13) and the yardstick for all that come after",
    });
  });

  it("takes the popularity list when nothing gains enough", () => {
    const small = contender("als", { value: 0.135, trainSeconds: 5 });
    expect(choose({ definition, baseline, learned: [small], champion: undefined })).toEqual({
      chosen: "popularity",
      isLiveAlready: false,
      reason:
        "the popularity list is chosen, since als finds 3.8 % more of what people chose next than the popularity list (NDCG@10 0.14 against 0.13), which is not worth 5 s to train, 1 ms an answer and 1 MB: at least 10 % more was asked for",
    });
  });

  it("leaves out what breaks a cost limit, and names what would have been better", () => {
    const slow = { ...als, answerMs: 80 };
    const { chosen, reason } = choose({
      definition,
      baseline,
      learned: [slow, similar],
      champion: undefined,
    });
    expect(chosen).toBe("similar");
    expect(reason).toMatch(/; als would find more, but takes 80 ms an answer, more than the 50 ms allowed$/);
    expect(choose({ definition, baseline, learned: [slow], champion: undefined })).toMatchObject({
      chosen: "popularity",
      reason: "the popularity list is chosen, since als takes 80 ms an answer, more than the 50 ms allowed",
    });
  });

  it.each([
    ["trainSeconds", { trainSeconds: 601 }, "601 s to train"],
    ["sizeMb", { sizeBytes: 33_000_000 }, "33 MB, more than the 32 MB allowed"],
  ] as const)("holds candidates to their limit of %s", (_, over, words) => {
    const { chosen, reason } = choose({
      definition,
      baseline,
      learned: [{ ...als, ...over }],
      champion: undefined,
    });
    expect(chosen).toBe("popularity");
    expect(reason).toContain(words);
  });

  it("cannot tell when nobody was judged: the popularity list goes first, and what is live stays", () => {
    const unjudged = { ...baseline, value: null };
    const learned = [{ ...als, value: null }];
    expect(choose({ definition, baseline: unjudged, learned, champion: undefined })).toEqual({
      chosen: "popularity",
      isLiveAlready: false,
      reason:
        "nobody has anything held out, so it cannot be told which candidate is best, and the popularity list goes first",
    });
    expect(
      choose({ definition, baseline: unjudged, learned, champion: live(similar, { value: null }) }),
    ).toMatchObject({ chosen: "similar", isLiveAlready: true });
  });

  it("says so when the chosen artifact is live already", () => {
    const choice = choose({ definition, baseline, learned: [als, similar], champion: live(als) });
    expect(choice).toMatchObject({ chosen: "als", isLiveAlready: true });
    expect(choice.reason).toMatch(/; it is live already, as version 3$/);
  });

  it("puts the live artifact forward again when rules or deployment are others now", () => {
    const champion = live(als, { isShownOtherwise: true });
    const choice = choose({ definition, baseline, learned: [als, similar], champion });
    expect(choice).toMatchObject({ chosen: "als", isLiveAlready: false });
    expect(choice.reason).toMatch(
      /; version 3, live today, is the same model with other rules or another form of deployment$/,
    );
  });

  it("keeps a champion that is better on the same people, and only then", () => {
    const champion = live(als, { artifactDigest: "of last week", value: 0.22 });
    expect(choose({ definition, baseline, learned: [als, similar], champion })).toEqual({
      chosen: "als",
      isLiveAlready: true,
      reason:
        "version 3 (als) stays live, since it finds 4.8 % more of what people chose next than the best of this run, als (NDCG@10 0.22 against 0.21)",
    });
    const equal = { ...champion, value: 0.21 };
    expect(choose({ definition, baseline, learned: [als, similar], champion: equal })).toMatchObject({
      chosen: "als",
      isLiveAlready: false,
      reason: expect.stringContaining("; version 3 (als), live today, reaches 0.21"),
    });
  });

  it("lets a champion go that no longer earns its cost", () => {
    const champion = live(als, { artifactDigest: "of last week", value: 0.14 });
    const input = { definition, baseline, learned: [] };
    expect(choose({ ...input, champion })).toMatchObject({ chosen: "popularity", isLiveAlready: false });
    const slow = { ...champion, value: 0.22, answerMs: 80 };
    expect(choose({ ...input, champion: slow })).toMatchObject({
      chosen: "popularity",
      isLiveAlready: false,
    });
  });

  it("never puts a model forward that gains nothing, even when nothing is asked for", () => {
    const lenient = { ...definition, choose: { ...definition.choose, minGain: 0 } };
    const same = { ...als, value: baseline.value };
    expect(choose({ definition: lenient, baseline, learned: [same], champion: undefined }).chosen).toBe(
      "popularity",
    );
  });

  const measure = fc.double({ min: 0, max: 1, noNaN: true });
  const someContender = (name: string) =>
    fc.record({
      name: fc.constant(name),
      artifactDigest: fc.constant(`digest of ${name}`),
      sizeBytes: fc.nat(60_000_000),
      trainSeconds: fc.double({ min: 0, max: 1_200, noNaN: true }),
      answerMs: fc.double({ min: 0, max: 100, noNaN: true }),
      value: measure,
    });
  const someChoice = fc.record({
    definition: fc.constant(definition),
    baseline: someContender("popularity"),
    learned: fc.tuple(someContender("als"), someContender("similar")),
    champion: fc.option(
      fc.record({
        version: fc.constant(7),
        candidate: fc.constantFrom("als", "popularity"),
        artifactDigest: fc.constantFrom("older", "digest of als", "digest of popularity"),
        answerMs: fc.double({ min: 0, max: 100, noNaN: true }),
        value: fc.option(measure),
      }),
      { nil: undefined },
    ),
  });

  prop.prop([someChoice])(
    "never puts forward what gains less than asked, or costs more than allowed",
    (choice) => {
      const { chosen, isLiveAlready } = choose(choice);
      const picked = choice.learned.find(({ name }) => name === chosen);
      if (isLiveAlready || !picked) return;
      expect(gainOver(choice.baseline.value, picked.value)).toBeGreaterThanOrEqual(0.1);
      expect(findExcess(definition, picked)).toBeUndefined();
    },
  );

  prop.prop([someChoice])("does not depend on the order of the candidates", (choice) => {
    expect(choose({ ...choice, learned: choice.learned.toReversed() }).chosen).toBe(choose(choice).chosen);
  });

  prop.prop([someChoice])("never replaces a champion by something worse that also costs more", (choice) => {
    const { chosen, isLiveAlready } = choose(choice);
    const { champion } = choice;
    if (!champion || champion.value === null || isLiveAlready || chosen === "popularity") return;
    const picked = choice.learned.find(({ name }) => name === chosen);
    const earns = (gainOver(choice.baseline.value, champion.value) ?? 0) >= 0.1;
    if (earns && champion.answerMs <= 50) expect(picked?.value).toBeGreaterThanOrEqual(champion.value);
  });
});
