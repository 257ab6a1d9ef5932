import { appendFile, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
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
