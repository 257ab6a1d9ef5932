/** bin/holt.mjs, the plain JavaScript before everything else. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { holtProcess, temporaryFolder } from "../tests/support/holt.ts";

const HOLT = fileURLToPath(new URL("../bin/holt.mjs", import.meta.url));

/** A clone of Holt in which only bin/holt.mjs is there, and main.ts as given. */
async function clone(main?: string): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "bin"));
  await copyFile(HOLT, join(folder, "bin", "holt.mjs"));
  if (main === undefined) return folder;
  await mkdir(join(folder, "node_modules", "commander"), { recursive: true });
  await mkdir(join(folder, "node_modules", ".bin"));
  await mkdir(join(folder, "cli"));
  await writeFile(join(folder, "cli", "main.ts"), main);
  return folder;
}

it("says how to set up when nothing is installed", async () => {
  const folder = await clone();
  const failed = promisify(execFile)(process.execPath, [join(folder, "bin", "holt.mjs"), "runs"]);
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: 'holt: nothing is installed yet; run "npm run setup" first\n',
  });
});

it("hands arguments and exit code over, and a signal too", async () => {
  const folder = await clone(`
    const args: string[] = process.argv.slice(2);
    console.log(JSON.stringify(args));
    if (args[0] === "wait") setInterval(() => {}, 1_000);
    else process.exit(Number(args[0]));
  `);
  const run = (...args: string[]) =>
    spawn(process.execPath, [join(folder, "bin", "holt.mjs"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  const ended = run("3", "two words");
  expect(await once(ended.stdout, "data").then(String)).toBe('["3","two words"]\n');
  expect(await once(ended, "exit")).toEqual([3, null]);

  const waiting = run("wait");
  await once(waiting.stdout, "data");
  waiting.kill("SIGTERM");
  expect(await once(waiting, "exit")).toEqual([null, "SIGTERM"]);
});

it("takes the installed Node.js when its own is too old", async () => {
  const folder = await clone("");
  const file = join(folder, "bin", "holt.mjs");
  await writeFile(file, (await readFile(file, "utf8")).replace(/const NEEDED = \d+/, "const NEEDED = 999"));
  const run = () => promisify(execFile)(process.execPath, [file, "runs"]);
  await expect(run()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^holt: needs Node\.js 999, this is \d+\.\d+\.\d+; run "npm run setup", which gets it\n$/,
    ),
  });
  const node = join(folder, "node_modules", ".bin", "node");
  await writeFile(node, '#!/bin/sh\necho "the installed one runs $4"\n');
  await chmod(node, 0o755);
  expect((await run()).stdout).toBe("the installed one runs runs\n");
});

it("prints its version", async () => {
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  expect(await holtProcess(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});
