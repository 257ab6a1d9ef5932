import { readFile } from "node:fs/promises";
import type { ServerOptions } from "../support/server-at.ts";
import { type ApprovedRoad, openApprovedRoad } from "./approved-road.ts";
import { downgrades, rollbackIsAudited } from "./downgrades.ts";
import { DAMAGES, whileDamaged } from "./file-damage.ts";
import { keepCopy, keptCopyTrials } from "./kept-copy.ts";
import type { Random } from "./random.ts";
import type { FaultRow } from "./row.ts";
import { type FileUse, fileUses, rowUses, whileChanged } from "./tampered-uses.ts";

interface Trial {
  what: string;
  attempt(): Promise<string | undefined>;
}

/** Between a stage that leaves something and the next that uses it, somebody or the disk changes it. */
export const s15: FaultRow = {
  id: "S-15",
  title:
    "Artifacts and signed rows change where they lie: bits, swaps, an older approved model, at every stage",
  bound: "found out before it is used; nothing older goes live without an audited rollback",
  counts: { quick: 16, full: 110 },
  async run(context) {
    const { random } = context;
    const road = await openApprovedRoad(context);
    const openServer = (options: ServerOptions) => context.server(road.database, options);
    const { artifactsFolder } = road.server;
    const olderFolder = await keepCopy(openServer, { artifactsFolder }, 1);
    const [files, rows] = [fileUses(road, openServer), rowUses(road, openServer)];
    const trialsOf = async (isLive: boolean): Promise<Trial[]> => [
      ...(
        await Promise.all(
          files.filter((use) => use.isLive === isLive).map((use) => damages(road, use, random)),
        )
      ).flat(),
      ...rows
        .filter((use) => use.isLive === isLive)
        .map((use) => ({ what: use.place, attempt: () => whileChanged(road, use, use.use) })),
    ];
    const failures: string[] = [];
    let n = 0;
    const tryAll = async (trials: Trial[], most: number) => {
      for (const { what, attempt } of random.shuffled(trials).slice(0, Math.ceil(most))) {
        n += 1;
        const wrong = await attempt();
        if (wrong) failures.push(`${what}: ${wrong}`);
      }
    };
    const isWhole = context.n >= s15.counts.full;
    const most = isWhole ? Number.POSITIVE_INFINITY : context.n / 4;
    await tryAll(await trialsOf(false), most);
    // The row's own check: what nobody changed is taken at each of these places.
    for (const { place, use } of [...files, ...rows]
      .filter(({ isLive }) => !isLive)
      .slice(0, isWhole ? undefined : 1))
      if ((await use()) === undefined) failures.push(`${place}: refused though nothing had changed`);
    await road.act("flipLive", { runId: road.approved.runId, version: 2 });
    await tryAll(await trialsOf(true), most);
    const folder = await keepCopy(openServer, { artifactsFolder }, 2);
    await tryAll(await keptCopyTrials(road, { folder, olderFolder, openServer, random }), most);
    await tryAll(downgrades(road), most);
    failures.push(...(await rollbackIsAudited(road)));
    return { n, failures };
  },
};

async function damages(
  road: ApprovedRoad,
  { place, digest, use }: FileUse,
  random: Random,
): Promise<Trial[]> {
  const { older, approved } = road;
  const path = road.pathOf(digest);
  const another = digest === approved.artifactDigest ? approved.trainingSetDigest : approved.artifactDigest;
  const replacements = {
    other: await readFile(road.pathOf(another)),
    older: await readFile(road.pathOf(older.artifactDigest)),
  };
  return Object.entries(DAMAGES)
    .filter(([kind]) => !(kind.startsWith("the older") && digest === older.artifactDigest))
    .map(([kind, damage]) => ({
      what: `${place}: ${kind}`,
      attempt: () => whileDamaged(path, (bytes) => damage(bytes, random, replacements), use),
    }));
}
