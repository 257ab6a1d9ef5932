import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { decodeRecords } from "./record.ts";
import { Spool, type SpoolSettings } from "./spool.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-spool-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openSpool(folder: string, change: Partial<SpoolSettings> = {}) {
  const said: string[] = [];
  const spool = new Spool({
    ...{ folder, maxBytes: 1_000_000, syncExposures: false },
    onProblem: (error) => said.push(error.message),
    onRecovered: (count) => said.push(`again, ${count} were not`),
    ...change,
  });
  await spool.open();
  onTestFinished(() => spool.close());
  return { spool, said };
}

/** What the closed segments hold. */
async function kept(spool: Spool): Promise<string[]> {
  await spool.rotate();
  const found = await Promise.all(
    (await spool.closedSegments()).map(async ({ path }) => decodeRecords(await readFile(path))),
  );
  return found.flatMap(({ exposure, outcome }) => [...exposure, ...outcome].map(String));
}

it("keeps what it is given, in order, in files that nobody else may read", async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, "0"), { mode: 0o777 });
  await chmod(join(folder, "0"), 0o777); // as a careless hand left it
  const { spool } = await openSpool(folder);
  const lines = Array.from({ length: 500 }, (_, at) => `${at}\n`);
  expect(new Set(await Promise.all(lines.map((line) => spool.append("exposure", [line]))))).toEqual(
    new Set([true]),
  );
  expect(await kept(spool)).toEqual(lines);
  expect((await stat(join(folder, "0"))).mode & 0o777).toBe(0o700);
  const names = await readdir(join(folder, "0"));
  expect(names.filter((name) => name.endsWith(".segment"))).toHaveLength(1);
  for (const name of names) expect((await stat(join(folder, "0", name))).mode & 0o077).toBe(0);
});

it("gives a server that starts again what it left, but not what a kill cut off, and loses nothing that comes after", async () => {
  const folder = await emptyFolder();
  const { spool: first } = await openSpool(folder);
  await first.append("exposure", ["whole\n"]);
  const [segment] = (await readdir(join(folder, "0"))).filter((name) => name.endsWith(".segment"));
  await first.close();
  await appendFile(join(folder, "0", String(segment)), "0123abcd e half of a li");
  const { spool: second } = await openSpool(folder);
  expect(second.folder).toBe(join(folder, "0"));
  expect(second.bytes).toBeGreaterThan(0);
  expect(await second.append("exposure", ["next\n"])).toBe(true);
  expect(await kept(second)).toEqual(["whole\n", "next\n"]);
});

it("gives each server of one machine a folder of its own, and its folder back to the next one", async () => {
  const folder = await emptyFolder();
  const { spool: one } = await openSpool(folder);
  const { spool: other } = await openSpool(folder);
  expect([one.folder, other.folder]).toEqual([join(folder, "0"), join(folder, "1")]);
  await one.close();
  expect((await openSpool(folder)).spool.folder).toBe(join(folder, "0"));
});

it("turns away what has no room, says so once, and keeps the rest; room comes back with what is stored", async () => {
  const { spool, said } = await openSpool(await emptyFolder(), { maxBytes: 100 });
  const line = `${"x".repeat(40)}\n`;
  const asked: boolean[] = [];
  for (let at = 0; at < 4; at++) asked.push(await spool.append("exposure", [line]));
  expect(asked).toEqual([true, false, false, false]);
  expect(spool.turnedAway).toBe(3);
  expect(spool.problem).toMatch(/^spool: is full, 0.0 MB wait for PostgreSQL/);
  expect(said).toEqual([spool.problem]);
  expect(await kept(spool)).toEqual([line]);
  for (const segment of await spool.closedSegments()) await spool.remove(segment);
  await expect.poll(() => spool.append("exposure", [line])).toBe(true);
  expect(spool.problem).toBeNull();
  expect(said.at(-1)).toMatch(/^again, \d+ were not$/);
  expect(await kept(spool)).toEqual([line]);
});

it("counts what was set aside as taking room, until somebody takes it away", async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, "0"));
  await writeFile(join(folder, "0", "1.set-aside"), "x".repeat(100));
  const { spool } = await openSpool(folder, { maxBytes: 100 });
  expect(await spool.append("exposure", ["a\n"])).toBe(false);
  await rm(join(folder, "0", "1.set-aside"));
  await spool.weighAside();
  await expect.poll(() => spool.append("exposure", ["a\n"])).toBe(true);
});

it("starts where nothing can be written, turns all away without a name of a path, and keeps once it can", async () => {
  const folder = join(await emptyFolder(), "spool");
  await writeFile(folder, "a file in the folder's place");
  const { spool } = await openSpool(folder);
  expect(await spool.append("exposure", ["a\n"])).toBe(false);
  expect(spool.problem).toBe("spool: cannot be written to (ENOTDIR); look at the disk of HOLT_SPOOL_FOLDER");
  await rm(folder);
  await expect.poll(() => spool.append("exposure", ["b\n"])).toBe(true);
  expect(await kept(spool)).toEqual(["b\n"]);
});

it("begins another segment when one is large, and tells of it", async () => {
  const { spool } = await openSpool(await emptyFolder(), { maxBytes: 2 ** 30 });
  let full = 0;
  spool.onClosed(() => full++);
  const line = `${"x".repeat(1_000_000)}\n`;
  for (let at = 0; at < 20; at++) await spool.append("exposure", [line]);
  expect(full).toBe(2);
  expect((await kept(spool)).length).toBe(20);
});

it.for([["exposure", true] as const, ["outcome", false] as const, ["exposure", false] as const])(
  "keeps many lines of kind %s that come at once, each until it is told (sync %s)",
  async ([kind, syncExposures]) => {
    const { spool } = await openSpool(await emptyFolder(), { syncExposures });
    const lines = Array.from({ length: 200 }, (_, at) => `${at}\n`);
    const told = await Promise.all(
      lines.map(async (line, at) => {
        for (let turn = 0; turn < at % 7; turn++) await new Promise(setImmediate);
        return spool.append(kind, [line]);
      }),
    );
    expect(told).toEqual(lines.map(() => true));
    expect((await kept(spool)).sort()).toEqual(lines.sort());
  },
);

it("keeps nothing more once it is closed, and all that it was given before", async () => {
  const folder = await emptyFolder();
  const { spool } = await openSpool(folder);
  const last = spool.append("outcome", ["last\n"]);
  await spool.close();
  expect(await last).toBe(true);
  expect(await spool.append("exposure", ["late\n"])).toBe(false);
  expect(await kept((await openSpool(folder)).spool)).toEqual(["last\n"]);
});
