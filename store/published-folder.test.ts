import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { sha256 } from "./digest.ts";
import {
  findPublishedFolder,
  readPublished,
  readStaticRoot,
  tryPublished,
  withPublishedLock,
  writePublished,
} from "./published-folder.ts";

async function newRoot() {
  const path = await realpath(await mkdtemp(join(tmpdir(), "holt-static-")));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return { path, isDefault: false };
}

it("writes what everybody may read, under the digest of its own bytes, and leaves nothing beside it", async () => {
  const { path } = await newRoot();
  await writeFile(join(path, ".shop.json.of-a-dead-writer.part"), "{");
  const { digest } = await writePublished(path, "shop.json", { b: [1], a: "é" });
  const text = await readFile(join(path, "shop.json"), "utf8");
  expect(text).toBe(`{"digest":"${digest}","body":{"a":"é","b":[1]}}`);
  expect(sha256(text.slice(text.indexOf('"body":') + 7, -1))).toBe(digest);
  expect((await stat(join(path, "shop.json"))).mode & 0o777).toBe(0o644);
  expect(await readdir(path)).toEqual(["shop.json"]);
  expect(await readPublished(path, "shop.json")).toEqual({ digest, body: { a: "é", b: [1] } });
  expect(await readPublished(path, "other.json")).toBeUndefined();
  await tryPublished(path, "other.json", { a: 1 });
  expect(await readdir(path)).toEqual(["shop.json"]);
});

it("tells a changed file, and one that is none of Holt's", async () => {
  const { path } = await newRoot();
  await writePublished(path, "shop.json", { a: 1 });
  await writeFile(
    join(path, "shop.json"),
    (await readFile(join(path, "shop.json"), "utf8")).replace("1", "2"),
  );
  await writeFile(join(path, "own.json"), "[]");
  for (const name of ["shop.json", "own.json"])
    await expect(readPublished(path, name)).rejects.toThrow(`static file "${name}": is none of Holt's`);
});

it("makes folders below the operator's, and follows no link out of it", async () => {
  const root = await newRoot();
  const outside = (await newRoot()).path;
  expect(await findPublishedFolder(root, "shelves/home")).toBe(join(root.path, "shelves", "home"));
  await mkdir(join(root.path, "real"));
  await symlink(join(root.path, "real"), join(root.path, "within"));
  expect(await findPublishedFolder(root, "within")).toBe(join(root.path, "real"));
  await symlink(outside, join(root.path, "out"));
  await writeFile(join(root.path, "file"), "");
  for (const folder of ["out", "out/deeper", "../x"])
    await expect(findPublishedFolder(root, folder)).rejects.toThrow(
      "leads out of the folder of HOLT_STATIC_FOLDER",
    );
  await expect(findPublishedFolder(root, "file")).rejects.toThrow("or is none");
  expect(await readdir(outside)).toEqual([]);
});

it("makes its own folder when nobody named one, and never one that was named and is not mounted", async () => {
  const { path } = await newRoot();
  const own = readStaticRoot(path, {});
  expect(own).toEqual({ path: join(path, "static"), isDefault: true });
  expect(await findPublishedFolder(own, "")).toBe(join(path, "static"));
  const named = readStaticRoot(path, { HOLT_STATIC_FOLDER: join(path, "mount") });
  await expect(findPublishedFolder(named, "")).rejects.toThrow(
    "static files: the folder of HOLT_STATIC_FOLDER cannot be found (ENOENT); mount or make it on each worker, or correct the setting",
  );
  expect(await readdir(path)).toEqual(["static"]);
});

it("lets one writer in at a time, also of one process", async () => {
  const root = await newRoot();
  const order: string[] = [];
  const write = (name: string) =>
    withPublishedLock(root, undefined, async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 30));
      order.push(`${name} ends`);
    });
  await Promise.all([write("one"), write("two")]);
  expect(order.map((said) => said.split(" ")[1])).toEqual(["begins", "ends", "begins", "ends"]);
});

it("keeps the file that stands there when the disk takes no more", async () => {
  const root = await newRoot();
  const { digest } = await writePublished(root.path, "shop.json", { a: 1 });
  const code = `import { writePublished } from ${JSON.stringify(join(import.meta.dirname, "published-folder.ts"))};
    await writePublished(process.argv[1], "shop.json", { a: "x".repeat(200_000) }).catch(({ message }) => console.log(message));`;
  // a file of 64 kB at most, for this process: the kernel refuses the rest
  const { stdout } = await promisify(execFile)("sh", [
    ...["-c", 'ulimit -f 64; exec "$0" --input-type=module -e "$1" "$2"'],
    ...[process.execPath, code, root.path],
  ]);
  expect(stdout.trim()).toMatch(/^static file "shop.json": could not be written \((EFBIG|ENOSPC)\)/);
  expect(await readdir(root.path)).toEqual(["shop.json"]);
  expect((await readPublished(root.path, "shop.json"))?.digest).toBe(digest);
});
