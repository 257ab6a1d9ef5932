import { readFile, rm, writeFile } from "node:fs/promises";
import { type BesiegedShop, openBesiegedShop, type Refusals } from "./bad-entrances.ts";
import { BAD_EXPORTS } from "./bad-exports.ts";
import { BAD_CONTENTS, BAD_FILES } from "./bad-releases.ts";
import { startLoad, TEST_PAUSE_MS } from "./load.ts";
import type { Random } from "./random.ts";
import type { FaultRow } from "./row.ts";

const ENTRANCES = ["registration", "flip", "server", "rollout", "start"] as const;
const PEOPLE = ["ann", "bea", "cid"];
/** Trials have numbers below it; a second release of one trial has its number and this. */
const SECOND = 100_000;

interface Trial {
  name: string;
  reason: RegExp;
  attempt(shop: BesiegedShop, trial: number, random: Random): Promise<Refusals>;
}

/** By kind of fault, a trial for each place where it may come in. */
const KINDS: readonly (readonly Trial[])[] = [
  ...BAD_CONTENTS.map(({ name, reason, make, at }) =>
    [...ENTRANCES, "import" as const]
      .filter((entrance) => at?.includes(entrance) ?? true)
      .map(
        (entrance): Trial => ({
          ...{ name: `${name}, at ${entrance}`, reason },
          async attempt(shop, trial, random) {
            const files = shop.files(trial);
            const bad = { ...files, ...make(files, random, shop.other) };
            if (entrance === "import") return shop.import(await shop.exported(bad));
            return shop.entrances[entrance](await shop.sign(bad));
          },
        }),
      ),
  ),
  ...BAD_FILES.map(({ name, reason, isLost, part, damage }) => [
    ...ENTRANCES.map(
      (entrance): Trial => ({
        ...{ name: `${name}, at ${entrance}`, reason },
        async attempt(shop, trial, random) {
          const signed = await shop.sign(shop.files(trial));
          await damage(shop.pathOf(signed.digests[part]), random);
          return shop.entrances[entrance](signed);
        },
      }),
    ),
    ...(part === "rules" || isLost
      ? []
      : [
          {
            ...{ name: `${name}, at rollback`, reason },
            attempt: (shop: BesiegedShop, _: number, random: Random) =>
              whileDamaged(shop.pathOf(shop.first[part]), (path) => damage(path, random), shop.rollBack),
          },
        ]),
  ]),
  ...BAD_EXPORTS.map(({ name, reason, change, key, environment }): Trial[] => [
    {
      ...{ name: `an export with ${name}`, reason },
      async attempt(shop, trial, random) {
        const bytes = await shop.exported(shop.files(trial), { key, environment });
        const another = await shop.exported(shop.files(SECOND + trial));
        return shop.import(change({ bytes, another, random }));
      },
    },
  ]),
];

/** A new version that must not serve, at each place where one comes in. */
export const v02: FaultRow = {
  id: "V-02",
  title: "A bad new model, by all of its ways in",
  bound:
    "refused with its reason, and told where a server meets it; the version before answers all the while",
  counts: { quick: Math.ceil(KINDS.length / 2), full: 20 * 50 },
  async run(context) {
    const { n, random } = context;
    const shop = await openBesiegedShop(context);
    const load = startLoad(shop.url, shop.headers, PEOPLE, { version: "2", pauseMs: TEST_PAUSE_MS });
    const before = await shop.state();
    const failures: string[] = [];
    for (let trial = 0; trial < n; trial++) {
      // Round by round each kind once, at the next of its places; half of a round has every second kind, at all places.
      const [at, round] = [trial % KINDS.length, Math.floor(trial / KINDS.length)];
      const kind = KINDS[(at * 2) % KINDS.length] as readonly Trial[];
      const { name, reason, attempt } = kind[(at + round) % kind.length] as Trial;
      const found = await attempt(shop, trial, random).catch(
        (error: Error): Refusals => ({ trial: String(error.stack) }),
      );
      for (const [place, words] of Object.entries(found))
        if (!reason.test(words)) failures.push(`${name}: ${place} says ${JSON.stringify(words)}`);
      const after = await shop.state();
      if (after !== before) failures.push(`${name}: afterwards ${after}, where ${before} was right`);
    }
    await load.stop();
    if (load.answers < n) failures.push(`only ${load.answers} answers were heard meanwhile`);
    return { n, failures: [...failures, ...load.failures, ...(await soundOnesPass(shop))] };
  },
};

/** The row's own check: what nothing is wrong with comes in by each of the ways. */
async function soundOnesPass(shop: BesiegedShop): Promise<string[]> {
  const failures: string[] = [];
  const look = (what: string, found: Refusals) => {
    for (const words of Object.values(found))
      if (words !== "") failures.push(`a sound release, at ${what}: ${words}`);
  };
  const last = 2 * SECOND;
  look("import", await shop.import(await shop.exported(shop.files(last))));
  look("registration", await shop.entrances.registration(await shop.sign(shop.files(last + 1))));
  look("rollback", await shop.rollBack());
  return failures;
}

/** Does it to a file, lets `use` meet it, and puts back what was there. */
async function whileDamaged<Value>(
  path: string,
  damage: (path: string) => Promise<void>,
  use: () => Promise<Value>,
): Promise<Value> {
  const sound = await readFile(path);
  await damage(path);
  try {
    return await use();
  } finally {
    for (const left of [path, `${path}.away`]) await rm(left, { recursive: true, force: true });
    await writeFile(path, sound);
  }
}
