import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { decodeRecords } from "./record.ts";
import { Spool } from "./spool.ts";

const LINE = "x".repeat(300);

/**
 * A process that keeps lines while no file of it may get larger than 4 kB: as on a full disk, some of a write is taken, and
 * the rest refused. It says of each line whether it is kept.
 */
async function keptOnFullDisk(folder: string, count: number): Promise<boolean[]> {
  const code = `
    import { Spool } from ${JSON.stringify(join(import.meta.dirname, "spool.ts"))};
    const of = { folder: ${JSON.stringify(folder)}, maxBytes: 1e9, syncExposures: false };
    const spool = new Spool({ ...of, onProblem: (error) => console.log(error.code), onRecovered: () => {} });
    await spool.open();
    for (let at = 0; at < ${count}; at++)
      console.log(await spool.append("exposure", [at + " ${LINE}\\n"]));
    process.kill(process.pid, "SIGKILL");`;
  const limited = 'ulimit -f 8; exec "$0" --input-type=module --eval "$1"'; // blocks of 512 bytes, in POSIX's sh
  const child = spawn("sh", ["-c", limited, process.execPath, code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) said.push(line);
  expect(said.filter((word) => word === "EFBIG")).toHaveLength(1); // a problem is told once
  return said.filter((word) => word !== "EFBIG").map((word) => word === "true");
}

it("keeps what it took before the disk was full, whole, and nothing of what it turned away", async () => {
  const folder = await mkdtemp(join(tmpdir(), "holt-full-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const kept = await keptOnFullDisk(folder, 30);
  const count = kept.filter((isKept) => isKept).length;
  expect(kept).toEqual([...Array(count).fill(true), ...Array(30 - count).fill(false)]);
  expect(count).toBeGreaterThan(5);
  const said: Error[] = [];
  const spool = new Spool({
    ...{ folder, maxBytes: 1e9, syncExposures: false },
    onProblem: (error) => said.push(error),
    onRecovered: () => {},
  });
  await spool.open();
  onTestFinished(() => spool.close());
  const segments = await spool.closedSegments();
  const found = await Promise.all(segments.map(async ({ path }) => decodeRecords(await readFile(path))));
  expect(found.flatMap(({ exposure }) => exposure.map(String))).toEqual(
    Array.from({ length: count }, (_, at) => `${at} ${LINE}\n`),
  );
  expect(found.map(({ damaged, tornBytes }) => [damaged.length, tornBytes])).toEqual(
    segments.map(() => [0, 0]),
  );
  expect(said).toEqual([]);
});
