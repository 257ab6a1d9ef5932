import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { sha256 } from "../../store/digest.ts";
import { digestCommandFiles } from "./own-command.ts";

const NEVER = new AbortController().signal;

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-command-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

it("digests the arguments that are files, whatever their size, and nothing else", async () => {
  const large = "0123456789".repeat(50_000); // several pieces of a stream
  const folder = await folderWith({ "check.py": "print(1)", "large.bin": large, empty: "" });
  await mkdir(join(folder, "folder"));
  const command = [
    "python3",
    "check.py",
    "large.bin",
    "empty",
    "folder",
    "none",
    "--flag",
    "a\0b",
    "/dev/zero",
  ];
  expect(await digestCommandFiles(command, folder, NEVER)).toEqual({
    "check.py": sha256("print(1)"),
    "large.bin": sha256(large),
    empty: sha256(""),
  });
});

it("stops reading when the step is cancelled", async () => {
  const folder = await folderWith({ "check.py": "print(1)" });
  await expect(digestCommandFiles(["check.py"], folder, AbortSignal.abort())).rejects.toThrow("abort");
});
