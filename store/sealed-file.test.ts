import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { readSealed, writeSealed } from "./sealed-file.ts";

const schema = z.strictObject({ name: z.string(), n: z.int() });

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-sealed-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "inner", "file.json");
}

it("gives back what was written, for its user alone, and leaves nothing else behind", async () => {
  const path = await place();
  expect(await readSealed(path, schema)).toBeUndefined();
  await writeSealed(path, { name: "a", n: 1 });
  await writeSealed(path, { n: 2, name: "b" });
  expect(await readSealed(path, schema)).toEqual({ name: "b", n: 2 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(path, ".."))).toEqual(["file.json"]);
});

it("refuses what was changed, cut off, or is of another shape", async () => {
  const path = await place();
  await writeSealed(path, { name: "a", n: 1 });
  const text = await readFile(path, "utf8");
  const others = [text.replace('"n":1', '"n":2'), text.slice(0, -3), "", "[]", JSON.stringify({ n: 1 })];
  for (const other of others) {
    await writeFile(path, other);
    await expect(readSealed(path, schema)).rejects.toMatchObject({
      name: "BrokenPromise",
      message: expect.stringContaining("changed after it was written"),
    });
  }
  await writeSealed(path, { name: "a" });
  await expect(readSealed(path, schema)).rejects.toMatchObject({ name: "BrokenPromise" });
});

it("is read whole by everybody while it is written over and over", async () => {
  const path = await place();
  const name = "x".repeat(100_000);
  await writeSealed(path, { name, n: 0 });
  let isDone = false;
  const reading = (async () => {
    let reads = 0;
    for (; !isDone; reads++) expect((await readSealed(path, schema))?.name).toBe(name);
    return reads;
  })();
  for (let n = 1; n <= 50; n++) await writeSealed(path, { name, n });
  isDone = true;
  expect(await reading).toBeGreaterThan(0);
});
