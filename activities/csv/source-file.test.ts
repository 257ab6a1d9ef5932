import { randomBytes } from "node:crypto";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { InvalidInput } from "../../core/errors.ts";
import { sha256 } from "../../store/digest.ts";
import { digestFile, findSourceFile, readText, type SourceFile } from "./source-file.ts";

const NEVER = new AbortController().signal;

async function fileWith(content: string | Uint8Array): Promise<SourceFile> {
  const folder = await mkdtemp(join(tmpdir(), "holt-source-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "sales.csv"), content);
  return findSourceFile(folder, "sales.csv", "sales");
}

async function textOf(file: SourceFile, digest: string): Promise<string> {
  let text = "";
  for await (const piece of readText(file, digest, NEVER)) text += piece;
  return text;
}

it("says when the file was delivered, by its own time", async () => {
  const { path } = await fileWith("a");
  await utimes(path, new Date(), new Date("2026-01-02T03:04:05Z"));
  const file = await findSourceFile(join(path, ".."), "sales.csv", "sales");
  expect(file).toEqual({
    path,
    place: "sales.csv: sources.sales.file",
    deliveredAt: new Date("2026-01-02T03:04:05Z"),
  });
});

it.each([
  ["plain", (text: string) => Buffer.from(text)],
  ["gzip", (text: string) => gzipSync(text)],
])("reads a large %s file whole, whatever lies across its pieces", async (_, pack) => {
  const text = "日本語,😀,ß\r\n".repeat(60_000);
  const bytes = pack(text);
  const file = await fileWith(bytes);
  const digest = await digestFile(file, NEVER);
  expect(digest).toBe(sha256(bytes));
  expect(await textOf(file, digest)).toBe(text);
});

it.each([
  ["refused at its beginning", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.alloc(2_000_000)])],
  ["left after its first piece", Buffer.alloc(2_000_000, "a\n")],
  ["left after its first piece, and packed", gzipSync(randomBytes(2_000_000))],
])("keeps no file open that was %s", async (_, bytes) => {
  const file = await fileWith(bytes);
  const readFirst = async () => {
    for await (const _piece of readText(file, sha256(bytes), NEVER)) return;
  };
  await readFirst().catch((error) => expect(error).toBeInstanceOf(InvalidInput));
  await expect.poll(() => openFiles()).not.toContain(file.path); // a stream closes its file a moment later
});

/** What this process has open, where the system tells. */
async function openFiles(): Promise<string[]> {
  const handles = await readdir("/proc/self/fd").catch(() => []);
  return Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => "")));
}

it("refuses to mix two deliveries: the file changed between its digest and its end, and may be tried again", async () => {
  const file = await fileWith("a\n1\n");
  const digest = await digestFile(file, NEVER);
  await appendFile(file.path, "2\n");
  const reading = textOf(file, digest);
  await expect(reading).rejects.toThrow(
    "sales.csv: sources.sales.file: changed while it was read; could not take a whole version of it",
  );
  await expect(reading).rejects.not.toBeInstanceOf(InvalidInput);
});

it("marks bytes that are not UTF-8 and takes the byte order mark off", async () => {
  const file = await fileWith(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62, 0xe6, 0x97]));
  expect(await textOf(file, await digestFile(file, NEVER))).toBe("a\uFFFDb\uFFFD");
});

it("stops reading when it is aborted", async () => {
  const file = await fileWith("a".repeat(1_000_000));
  const controller = new AbortController();
  const pieces = readText(file, "", controller.signal);
  await pieces.next();
  controller.abort();
  await expect(pieces.next()).rejects.toThrow("aborted");
});

async function folderBesideSecret() {
  const root = await mkdtemp(join(tmpdir(), "holt-source-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [own, outside] = [join(root, "own"), join(root, "own-not")];
  for (const folder of [own, outside]) await mkdir(folder);
  await writeFile(join(own, "sales.csv"), "own");
  await writeFile(join(outside, "sales.csv"), "secret");
  await symlink(outside, join(own, "link"));
  return { own, outside };
}

it("refuses a file outside the definition's folder, by its path or by a link", async () => {
  const { own, outside } = await folderBesideSecret();
  for (const file of ["../own-not/sales.csv", join(outside, "sales.csv"), "link/sales.csv"])
    await expect(findSourceFile(own, file, "sales")).rejects.toThrow(
      new InvalidInput(
        `${file}: sources.sales.file: lies outside the definition's folder; move it there, or have the operator name its folder in HOLT_SOURCE_FOLDERS`,
      ),
    );
  expect((await findSourceFile(own, "../own/sales.csv", "sales")).path).toBe(join(own, "sales.csv"));
});

it("takes files of the operator's folders only, where there are any", async () => {
  const { own, outside } = await folderBesideSecret();
  expect((await findSourceFile(own, "link/sales.csv", "sales", [outside])).path).toBe(
    join(outside, "sales.csv"),
  );
  await expect(findSourceFile(own, "sales.csv", "sales", [outside])).rejects.toThrow(
    "outside the folders that sources may be in",
  );
});

it.each(["file", "folder"])("reads nothing once a link took the place of the %s", async (what) => {
  const { own, outside } = await folderBesideSecret();
  const file = await findSourceFile(own, "sales.csv", "sales");
  const replaced = what === "file" ? file.path : own;
  await rename(replaced, `${replaced}.old`);
  await symlink(what === "file" ? join(outside, "sales.csv") : outside, replaced);
  await expect(digestFile(file, NEVER)).rejects.toThrow("was replaced while it was opened");
});
