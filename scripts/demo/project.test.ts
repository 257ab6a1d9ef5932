import { appendFile, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { deliverProject, stopTitles } from "./project.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "movies");
const FILES = ["data/ratings.csv", "data/movies.csv"];

async function emptyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "holt-project-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

it("copies the example, the first time", async () => {
  const { folder, definitionFile, isChanged } = await deliverProject(await emptyHome());
  expect(isChanged).toBe(false);
  for (const file of ["holt.config.ts", "README.md", ...FILES])
    expect((await readFile(join(folder, file))).equals(await readFile(join(EXAMPLE, file)))).toBe(true);
  expect(definitionFile).toBe(join(folder, "holt.config.ts"));
});

it("renews the data that the demo changed, and leaves a person's definition and files alone", async () => {
  const home = await emptyHome();
  const project = await deliverProject(home);
  await stopTitles(project);
  await appendFile(project.definitionFile, "// mine\n");
  const mine = await readFile(project.definitionFile, "utf8");
  await writeFile(join(project.folder, "notes.txt"), "mine");
  const longAgo = new Date(0);
  for (const file of FILES) await utimes(join(project.folder, file), longAgo, longAgo);

  expect(await deliverProject(home)).toEqual({ ...project, isChanged: true });
  expect(await readFile(project.definitionFile, "utf8")).toBe(mine);
  expect(await readFile(join(project.folder, "notes.txt"), "utf8")).toBe("mine");
  for (const file of FILES) {
    const delivered = join(project.folder, file);
    expect((await readFile(delivered)).equals(await readFile(join(EXAMPLE, file)))).toBe(true);
    expect((await stat(delivered)).mtime).not.toEqual(longAgo);
  }
});
