import { execFile } from "node:child_process";
import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { BrokenPromise, NotFound } from "../core/errors.ts";
import { ArtifactStore } from "./artifacts.ts";
import { sha256 } from "./digest.ts";

async function store(): Promise<{ folder: string; artifacts: ArtifactStore }> {
  const folder = await mkdtemp(join(tmpdir(), "holt-artifacts-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { folder, artifacts: new ArtifactStore(join(folder, "store")) };
}

it("gives back the bytes that it was given, under their SHA-256", async () => {
  const { artifacts } = await store();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
      const digest = await artifacts.put(bytes);
      expect(digest).toBe(sha256(bytes));
      expect(await artifacts.isSound(digest)).toBe(true);
      expect(Buffer.from(await artifacts.get(digest)).equals(bytes)).toBe(true);
    }),
  );
});

it("keeps the same bytes once, also when many store them at the same time, and no unfinished file", async () => {
  const { folder, artifacts } = await store();
  const bytes = Buffer.alloc(1_000_000, 7);
  const digests = await Promise.all(Array.from({ length: 10 }, () => artifacts.put(bytes)));
  expect(new Set(digests)).toEqual(new Set([sha256(bytes)]));
  const files = (await readdir(join(folder, "store"), { recursive: true, withFileTypes: true })).filter(
    (file) => file.isFile(),
  );
  expect(files.map(({ name }) => name)).toEqual([sha256(bytes)]);
});

it.each([
  ["changed", (path: string) => writeFile(path, "other bytes")],
  ["cut short", (path: string) => truncate(path, 3)],
])("refuses an artifact that was %s after it was stored", async (_, damage) => {
  const { folder, artifacts } = await store();
  const digest = await artifacts.put(Buffer.from("the model"));
  await damage(join(folder, "store", digest.slice(0, 2), digest));
  await expect(artifacts.get(digest)).rejects.toThrow(BrokenPromise);
  await expect(artifacts.get(digest)).rejects.toThrow(`artifact ${digest}: its bytes hash to `);
});

it("mends a damaged artifact when its bytes are stored again", async () => {
  const { folder, artifacts } = await store();
  const bytes = Buffer.from("the model");
  const digest = await artifacts.put(bytes);
  await writeFile(join(folder, "store", digest.slice(0, 2), digest), "other bytes");
  await artifacts.put(bytes);
  expect(Buffer.from(await artifacts.get(digest)).equals(bytes)).toBe(true);
});

it("says when an artifact isn't there", async () => {
  const { artifacts } = await store();
  const digest = sha256("never stored");
  expect(await artifacts.isSound(digest)).toBe(false);
  await expect(artifacts.get(digest)).rejects.toThrow(NotFound);
});

it.each([
  "",
  "..",
  "../../etc/passwd",
  "/etc/passwd",
  `${"a".repeat(63)}/`,
  "A".repeat(64),
  `${"a".repeat(64)}\n`,
  "a".repeat(65),
])("takes nothing but a digest for a name: %j", async (name) => {
  const { artifacts } = await store();
  await expect(artifacts.get(name)).rejects.toThrow("is not a digest");
  await expect(artifacts.isSound(name)).rejects.toThrow("is not a digest");
});

it("removes all but what is to be kept, and what nobody writes any more; for its user alone when it is private", async () => {
  const { folder } = await store();
  const artifacts = new ArtifactStore(join(folder, "store"), { isPrivate: true });
  const [kept, other] = [await artifacts.put(Buffer.from("kept")), await artifacts.put(Buffer.from("other"))];
  const pathOf = (digest: string) => join(folder, "store", digest.slice(0, 2), digest);
  const [fresh, old] = [`${pathOf(kept)}.fresh.part`, `${pathOf(kept)}.old.part`];
  for (const path of [fresh, old, join(folder, "store", "notes.txt")]) await writeFile(path, "");
  await utimes(old, 0, 0);
  await artifacts.keepOnly(new Set([kept]));
  expect(Buffer.from(await artifacts.get(kept)).toString()).toBe("kept");
  expect(await artifacts.isSound(other)).toBe(false);
  const left = (await readdir(join(folder, "store"), { recursive: true })).filter(
    (name) => !/^..$/.test(name),
  );
  expect(left.sort()).toEqual(
    [`${kept.slice(0, 2)}/${kept}`, `${kept.slice(0, 2)}/${kept}.fresh.part`, "notes.txt"].sort(),
  );
  expect((await stat(pathOf(kept))).mode & 0o777).toBe(0o600);
});

it("neither reads nor writes through a link in its folder's place, and leaves nothing where it leads", async () => {
  const { folder, artifacts } = await store();
  const bytes = Buffer.from("the model");
  const digest = await artifacts.put(bytes);
  const [inside, outside] = [join(folder, "store", digest.slice(0, 2)), join(folder, "outside")];
  await rename(inside, outside);
  await symlink(outside, inside);
  await expect(artifacts.get(digest)).rejects.toThrow(BrokenPromise);
  await writeFile(join(outside, digest), "other bytes");
  await expect(artifacts.put(bytes)).rejects.toThrow(
    `artifact ${digest}: a link stands in its folder's place; remove it`,
  );
  expect(await readdir(outside)).toEqual([digest]);
  expect(await readFile(join(outside, digest), "utf8")).toBe("other bytes");
});

it("puts bytes in the place of a link, and of a second name of another file, which stays as it is", async () => {
  const { folder, artifacts } = await store();
  const bytes = Buffer.from("the model");
  const digest = await artifacts.put(bytes);
  const path = join(folder, "store", digest.slice(0, 2), digest);
  const other = join(folder, "other");
  await writeFile(other, "other bytes");
  for (const make of [link, symlink]) {
    await rm(path);
    await make(other, path);
    const reading = artifacts.get(digest);
    await expect(reading).rejects.toThrow(BrokenPromise);
    await expect(reading).rejects.not.toThrow("other bytes");
    await artifacts.put(bytes);
    expect(Buffer.from(await artifacts.get(digest)).equals(bytes)).toBe(true);
    expect(await readFile(other, "utf8")).toBe("other bytes");
  }
});

it("does not wait for what is no file", async () => {
  const { folder, artifacts } = await store();
  const digest = sha256("the model");
  await mkdir(join(folder, "store", digest.slice(0, 2)), { recursive: true });
  await promisify(execFile)("mkfifo", [join(folder, "store", digest.slice(0, 2), digest)]);
  await expect(artifacts.get(digest)).rejects.toThrow(
    `artifact ${digest}: a link, or no file, stands in its place`,
  );
});
