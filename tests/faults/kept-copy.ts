/** What a server keeps in its own folder for a start with nothing reachable, changed while it is down. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerOptions, TestServer } from "../support/server-at.ts";
import { until } from "../support/until.ts";
import { type ApprovedRoad, MODEL } from "./approved-road.ts";
import { DAMAGES, whileDamaged } from "./file-damage.ts";
import type { Random } from "./random.ts";
import { shelfOf } from "./tampered-uses.ts";

type OpenServer = (options: ServerOptions) => Promise<TestServer>;

/**
 * Version 2 is live. Each trial starts a server on the changed folder, with PostgreSQL and the store there: it must come
 * to the answer that a server without a copy gives.
 * @param folder the serving folder of a server that kept version 2, and was closed
 * @param olderFolder the same of one that kept version 1
 */
export async function keptCopyTrials(
  road: ApprovedRoad,
  {
    folder,
    olderFolder,
    openServer,
    random,
  }: { folder: string; olderFolder: string; openServer: OpenServer; random: Random },
): Promise<{ what: string; attempt(): Promise<string | undefined> }[]> {
  const { artifactDigest, fallbackDigest } = road.approved;
  const artifact = (digest: string) => join("artifacts", digest.slice(0, 2), digest);
  const { artifactsFolder } = road.server;
  const sound = await answerOf(openServer, { artifactsFolder });
  const files = {
    "live.json": "live.json",
    "popularity.json": "popularity.json",
    model: artifact(artifactDigest),
    "popularity list": artifact(fallbackDigest),
  };
  const trials: { what: string; attempt(): Promise<string | undefined> }[] = [];
  for (const [name, file] of Object.entries(files)) {
    const isArtifact = file.startsWith("artifacts");
    const older = await readFile(join(olderFolder, isArtifact ? artifact(road.older.artifactDigest) : file));
    const other = await readFile(join(folder, file === "live.json" ? "popularity.json" : "live.json"));
    for (const [kind, damage] of Object.entries(DAMAGES)) {
      if (older.equals(await readFile(join(folder, file))) && kind.startsWith("the older")) continue;
      trials.push({
        what: `${name} of a server's own folder: ${kind}`,
        attempt: () =>
          whileDamaged(
            join(folder, file),
            (bytes) => damage(bytes, random, { other, older }),
            async () => {
              const found = await answerOf(openServer, { artifactsFolder, servingFolder: folder });
              return found === sound ? undefined : `answers ${found}, where ${sound} is right`;
            },
          ),
      });
    }
  }
  return trials;
}

/** Starts a server that keeps version `version`, and closes it once it has. */
export async function keepCopy(
  openServer: OpenServer,
  options: ServerOptions,
  version: number,
): Promise<string> {
  const server = await openServer(options);
  const file = join(server.servingFolder, "live.json");
  await until(`a kept copy of version ${version}`, async () => {
    const text = await readFile(file, "utf8").catch(() => "");
    return text.includes(`"version":${version}`) || undefined;
  });
  await server.close();
  return server.servingFolder;
}

async function answerOf(openServer: OpenServer, options: ServerOptions): Promise<string> {
  const server = await openServer(options);
  try {
    await until("version 2", async () => {
      const { version, problem } = server.live.states()[MODEL] ?? {};
      return version === 2 && problem === null ? true : undefined;
    });
    await server.live.look(); // until then a kept popularity list may answer for version 2
    const { status, body } = await shelfOf(server);
    const { version, arm, items } = body;
    return JSON.stringify({ status, version, arm, items });
  } finally {
    await server.close();
  }
}
