/** Links, second names and things that are no files, before and while a worker reads and writes. */
import { execFile } from "node:child_process";
import { link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { digestFile, findSourceFile } from "../../activities/csv/source-file.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { sha256 } from "../../store/digest.ts";
import { type Came, contentOf, said } from "./path-places.ts";

const OWN = "item_id\nown\n";

/** Each kind of link that is in the folder from the start. None may be read through. */
export async function readLinks(folder: string, secret: string): Promise<Came[]> {
  const place = join(folder, "links");
  await mkdir(place);
  const outside = dirname(secret);
  await symlink(secret, join(place, "file"));
  await symlink("file", join(place, "chain"));
  await symlink(outside, join(place, "folder"));
  await symlink(join(place, "loop"), join(place, "loop"));
  await symlink(`/proc/self/root${secret}`, join(place, "proc"));
  await symlink("/proc/self/environ", join(place, "environ"));
  await symlink("/dev/zero", join(place, "zero"));
  await promisify(execFile)("mkfifo", [join(place, "pipe")]);
  const names = ["file", "chain", "folder/secret.csv", "loop", "proc", "environ", "zero", "pipe"];
  return Promise.all(
    names.map(async (name): Promise<Came> => {
      const answer = await said(() => contentOf(folder, `links/${name}`));
      const isRefused = answer.includes("sources.s.file:");
      return {
        place: `a source: ${name}`,
        said: answer,
        ...(isRefused ? {} : { fault: `is read: ${answer}` }),
      };
    }),
  );
}

/** A link takes the place of the file, or of its folder, between the look and each time that it is opened. */
export async function swapSources(folder: string, secret: string, times: number): Promise<Came[]> {
  const dir = join(folder, "swapped");
  const file = join(dir, "secret.csv");
  await mkdir(dir);
  await writeFile(file, OWN);
  const came: Came[] = [];
  for (const [path, to] of [
    [file, secret],
    [dir, dirname(secret)],
  ] as const) {
    const found = await findSourceFile(folder, "swapped/secret.csv", "s");
    await rename(path, `${path}.away`);
    await symlink(to, path);
    const answer = await said(() => digestFile(found, new AbortController().signal));
    const careless = await readFile(found.path, "utf8");
    came.push({
      place: "a source swapped after the look",
      said: answer,
      ...isFault(answer, careless, secret),
    });
    await rm(path);
    await rename(`${path}.away`, path);
    came.push(
      ...(await during(
        () => swapOnce(path, to),
        () => contentOf(folder, "swapped/secret.csv"),
        times,
      )),
    );
  }
  return came;
}

function isFault(answer: string, careless: string, secret: string): Pick<Came, "fault"> {
  if (/^[0-9a-f]{64}/.test(answer)) return { fault: "was read" };
  return careless.includes("CANARY")
    ? {}
    : { fault: `the swap does not lead to ${secret}, so the row sees nothing` };
}

/** A link takes the place of a folder of the store while it is written to; what it leads to must stay empty. */
export async function swapStore(folder: string, outside: string, times: number): Promise<Came[]> {
  const store = new ArtifactStore(folder);
  const bytes = Buffer.from("a model");
  const digest = sha256(bytes);
  const place = join(folder, digest.slice(0, 2));
  await store.put(bytes);
  const came = await during(
    () => swapOnce(place, outside),
    async () => {
      await rm(join(place, digest), { force: true }).catch(() => {});
      await store.put(bytes);
      return Buffer.from(await store.get(digest)).toString();
    },
    times,
  );
  const left = await readdir(outside);
  if (left.length > 0) came.push({ place: "the store", said: "", fault: `wrote ${left} where a link led` });
  return came;
}

/** A link, or a second name of the secret, stands in an artifact's place. */
export async function linkArtifacts(folder: string, secret: string): Promise<Came[]> {
  const store = new ArtifactStore(folder);
  const came: Came[] = [];
  for (const [kind, make] of Object.entries({ symlink, link })) {
    const bytes = Buffer.from(`a model in the place of a ${kind}`);
    const digest = await store.put(bytes);
    const place = join(folder, digest.slice(0, 2), digest);
    await rm(place);
    await make(secret, place);
    came.push({ place: `artifact: ${kind}`, said: await said(async () => String(await store.get(digest))) });
    await store.put(bytes);
    const kept = await said(async () => Buffer.from(await store.get(digest)).toString());
    if (kept !== bytes.toString())
      came.push({ place: `artifact: ${kind}`, said: kept, fault: "was not mended" });
  }
  return came;
}

async function swapOnce(path: string, to: string): Promise<void> {
  const away = `${path}.away`;
  const nothing = () => {};
  await rename(path, away).catch(nothing);
  await symlink(to, path).catch(nothing);
  await rm(path, { recursive: true, force: true }).catch(nothing); // of a link, the link alone
  await rename(away, path).catch(nothing);
}

/** Does `work` so many times while `swap` goes on. */
async function during(
  swap: () => Promise<void>,
  work: () => Promise<string>,
  times: number,
): Promise<Came[]> {
  let goesOn = true;
  const swapping = (async () => {
    while (goesOn) await swap();
  })();
  const came: Came[] = [];
  for (let at = 0; at < times; at += 1) came.push({ place: "during a swap", said: await said(work) });
  goesOn = false;
  await swapping;
  return came;
}
