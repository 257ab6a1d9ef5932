/** The set-up script's parts, each in a process of its own, with stand-ins for the programs of other people. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";

const SCRIPTS = join(import.meta.dirname, "..", "scripts");
/** Where nothing listens: whatever wants the internet fails at once. */
const NO_INTERNET = { HTTPS_PROXY: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9" };

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-setup-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A program on PATH that does what a shell script says. */
async function program(folder: string, name: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}

/** Calls one function of a part of the set-up; gives what it returned, or the message of what it threw. */
async function call(part: string, expression: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const code = `
    const part = await import(${JSON.stringify(join(SCRIPTS, "setup", part))});
    try { console.log(String(await (${expression}))) } catch (error) { console.log(error.name + ": " + error.message) }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return (await text(child.stdout)).trim();
}

it("refuses an unknown verb without a stack, and says which there are", async () => {
  const child = spawn(process.execPath, [join(SCRIPTS, "start.mjs"), "constructor"]);
  const [words, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect(words.trim()).toBe('"constructor": is not a verb; write setup, demo or test');
  expect(code).toBe(1);
});

describe("dependencies", () => {
  async function clone({ installed }: { installed?: Record<string, unknown> }) {
    const root = await emptyFolder();
    const packages = {
      "": { name: "holt" },
      "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
      "node_modules/other-machine": { version: "1.0.0", integrity: "sha512-b", optional: true },
    };
    await writeFile(join(root, "package-lock.json"), JSON.stringify({ packages }));
    await mkdir(join(root, "node_modules"));
    if (installed)
      await writeFile(
        join(root, "node_modules", ".package-lock.json"),
        JSON.stringify({ packages: installed }),
      );
    return root;
  }
  const isInstalled = (root: string) => call("dependencies.mjs", `part.isInstalled(${JSON.stringify(root)})`);

  it("are there when all but other machines' are as locked", async () => {
    expect(
      await isInstalled(await clone({ installed: { "node_modules/a": { integrity: "sha512-a" } } })),
    ).toBe("true");
  });

  it("are not there when npm was interrupted, when one differs, or when one is too many", async () => {
    expect(await isInstalled(await clone({}))).toBe("false");
    expect(
      await isInstalled(await clone({ installed: { "node_modules/a": { integrity: "sha512-x" } } })),
    ).toBe("false");
    const installed = {
      "node_modules/a": { integrity: "sha512-a" },
      "node_modules/z": { integrity: "sha512-z" },
    };
    expect(await isInstalled(await clone({ installed }))).toBe("false");
  });

  it("are installed without CUDA's libraries, and a failure shows npm's own words", async () => {
    const root = await clone({});
    const install = (env: NodeJS.ProcessEnv) =>
      call("dependencies.mjs", `part.installDependencies(${JSON.stringify(root)})`, {
        npm_execpath: "",
        ...env,
      });
    const good = await program(
      join(root, "good"),
      "npm",
      `echo "$1 $ONNXRUNTIME_NODE_INSTALL" > "${root}/called"`,
    );
    expect(await install({ PATH: `${good}:${process.env["PATH"]}` })).toBe("installed");
    expect(await readFile(join(root, "called"), "utf8")).toBe("ci skip\n");
    const failing = await program(join(root, "failing"), "npm", "echo no way out; exit 7");
    expect(await install({ PATH: `${failing}:${process.env["PATH"]}` })).toBe(
      "SetupError: npm ci: ended with exit code 7; see its words below, mend the network or the registry, run the same again\nno way out",
    );
  });
});

describe("Temporal", () => {
  const get = (env: NodeJS.ProcessEnv, isServerGiven = false) =>
    call(
      "temporal.mjs",
      `part.getTemporal({ root: ${JSON.stringify(join(SCRIPTS, ".."))}, node: process.execPath, isServerGiven: ${isServerGiven}, say() {} })`,
      { ...NO_INTERNET, ...env },
    );

  it("is not needed where a server is given", async () => {
    expect(await get({ PATH: "", TEMPORAL_ADDRESS: "temporal.example:7233" }, true)).toBe(
      "not needed, TEMPORAL_ADDRESS is temporal.example:7233",
    );
  });

  it("is taken from PATH before the cache", async () => {
    const folder = await program(await emptyFolder(), "temporal", "");
    const cache = await emptyFolder();
    await program(join(cache, "holt", "bin"), "temporal", "");
    expect(await get({ PATH: folder, XDG_CACHE_HOME: cache })).toBe(`on PATH, ${join(folder, "temporal")}`);
    expect(await get({ PATH: "", XDG_CACHE_HOME: cache })).toBe("in Holt's cache");
  });

  it("is built once into the cache when two set-ups want it at the same time", async () => {
    const bin = await emptyFolder();
    await program(bin, "go", `echo "$*" >> "${bin}/calls"; sleep 1; cp "$0" "$GOBIN/temporal"`);
    const env = { PATH: `${bin}:/usr/bin:/bin`, XDG_CACHE_HOME: await emptyFolder() };
    const found = await Promise.all([get(env), get(env)]);
    expect(found.toSorted()).toEqual(["built with Go", "in Holt's cache"]);
    expect(await readFile(join(bin, "calls"), "utf8")).toBe(
      "install github.com/temporalio/cli/cmd/temporal@v1.5.1\n",
    );
    expect(await readdir(join(env.XDG_CACHE_HOME, "holt"))).toEqual(["bin"]);
  });

  it("says how to get it when there is no Go, and leaves nothing behind", async () => {
    const cache = await emptyFolder();
    expect(await get({ PATH: "", XDG_CACHE_HOME: cache })).toMatch(
      /^SetupError: Temporal: its command is not on PATH, .* install Go, or install the Temporal CLI .*, or set TEMPORAL_ADDRESS .*; then run the same again$/,
    );
    expect(await readdir(join(cache, "holt"))).toEqual(["bin"]);
    expect(await readdir(join(cache, "holt", "bin"))).toEqual([]);
  });
});

it("builds the pages only when what they are made of changed", async () => {
  const root = await emptyFolder();
  for (const folder of ["web", "core", "node_modules/vite/bin"])
    await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "package-lock.json"), "{}");
  await writeFile(join(root, "web", "main.tsx"), "");
  await writeFile(
    join(root, "node_modules/vite/bin/vite.js"),
    'require("node:fs").mkdirSync("dist/web", { recursive: true });',
  );
  const build = () => call("page.mjs", `part.buildPage(${JSON.stringify(root)}, process.execPath)`);
  expect([await build(), await build()]).toEqual(["built", "built before"]);
  await writeFile(join(root, "core", "roles.ts"), "export const more = 1;");
  expect([await build(), await build()]).toEqual(["built", "built before"]);
  await writeFile(join(root, "core", "roles.test.ts"), "");
  expect(await build()).toBe("built before");
});

it("takes the first browser on PATH that can start", async () => {
  const broken = await program(await emptyFolder(), "chromium", "echo needs a package manager; exit 1");
  const good = await program(await emptyFolder(), "google-chrome", "echo Chrome 150");
  const find = `part.findBrowser(${JSON.stringify(join(SCRIPTS, ".."))}, process.execPath, () => {})`;
  expect(await call("browser.mjs", find, { PATH: `${broken}:${good}` })).toBe(join(good, "google-chrome"));
});

describe("the lock", () => {
  /** What a set-up that finds this lock comes to, when it gives a holder up after so many looks. */
  const lock = (file: string, looksUntilDead: number) =>
    call(
      "lock.mjs",
      `part.whileLocked(${JSON.stringify(file)}, async () => "mine", () => {}, ${looksUntilDead})`,
    );

  it("of a set-up that died is taken", async () => {
    const file = join(await emptyFolder(), "lock");
    const died = spawn(process.execPath, ["-e", ""]);
    await once(died, "exit");
    await writeFile(file, String(died.pid));
    expect(await lock(file, Number.MAX_SAFE_INTEGER)).toBe("mine");
    expect(existsSync(file)).toBe(false);
  });

  it("is taken when nobody touches it: left empty, or with another program's process id", async () => {
    const file = join(await emptyFolder(), "lock");
    await writeFile(file, "");
    expect(await lock(file, 3)).toBe("mine");
    await writeFile(file, String(process.pid));
    expect(await lock(file, 3)).toBe("mine");
    expect(existsSync(file)).toBe(false);
  });

  it("of a set-up that works is waited for, however long that takes", async () => {
    const folder = await emptyFolder();
    const [file, go] = [join(folder, "lock"), join(folder, "go")];
    const first = call(
      "lock.mjs",
      `part.whileLocked(${JSON.stringify(file)}, async () => {
        const { existsSync } = await import("node:fs");
        while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 50));
        return "first";
      })`,
    );
    await expect.poll(() => existsSync(file)).toBe(true);
    let isTaken = false;
    const second = lock(file, 20).finally(() => {
      isTaken = true;
    });
    const { mtimeMs } = await stat(file);
    // Touched for longer than those 20 looks of 0.3 s.
    await expect.poll(async () => (await stat(file)).mtimeMs - mtimeMs).toBeGreaterThan(9_000);
    expect(isTaken).toBe(false);
    await writeFile(go, "");
    expect(await Promise.all([first, second])).toEqual(["first", "mine"]);
    expect(existsSync(file)).toBe(false);
  });
});
