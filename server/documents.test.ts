/** What docs/ says of the server is what the server does, both ways. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { testServer } from "../tests/support/server.ts";
import { PROBLEMS } from "./problems.ts";

async function rowsOf(file: string): Promise<string[][]> {
  const text = await readFile(new URL(`../docs/${file}`, import.meta.url), "utf8");
  const cells = text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  return cells.slice(2); // header and rule
}

it("docs/errors.md lists every problem with its status, and no other", async () => {
  const documented = (await rowsOf("errors.md")).map(([code, status]) => `${code} ${status}`);
  expect(documented).toEqual(Object.entries(PROBLEMS).map(([code, [status]]) => `${code} ${status}`));
});

it("docs/http.md lists every route with who may use it, and no other", async () => {
  const { app } = await testServer(await testDatabase());
  const documented = (await rowsOf("http.md")).map((row) => row.slice(0, 3).join(" "));
  const declared = app.declaredRoutes
    .filter(({ method }) => method !== "HEAD") // fastify answers HEAD wherever GET is
    .map(({ method, url, ability }) => `${method} ${url} ${ability}`);
  expect(documented.sort()).toEqual(declared.sort());
});
