import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const DRIVER = join(import.meta.dirname, "../../scripts/faults.ts");

interface End {
  code: number;
  stdout: string;
  stderr: string;
}

function faults(args: string[], nodeArgs: string[] = []): Promise<End> {
  return new Promise((resolve) => {
    const all = ["--disable-warning=ExperimentalWarning", ...nodeArgs, DRIVER, ...args];
    const child = execFile(process.execPath, all, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

it("prints one JSON object a row, and ends though something would keep the process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "holt-driver-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "left-open.mjs"), "setInterval(() => {}, 1_000);\n");
  const end = await faults(
    ["--only", "S-20", "--seed", "7", "--json"],
    ["--import", join(folder, "left-open.mjs")],
  );
  expect({ ...end, stdout: JSON.parse(end.stdout) }).toEqual({
    code: 0,
    stdout: { id: "S-20", n: 200, failures: 0, bound: 0.015, seconds: expect.any(Number) },
    stderr: "seed 7\nall 1 rows hold\n",
  });
});

it("names the rows when asked for one that there isn't", async () => {
  const end = await faults(["--only", "S-99"]);
  expect(end).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(
      /^faults: --only: "S-99" names no row; write a letter as in S, or one of S-01, /,
    ),
  });
});
