import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { previewSchema } from "../../core/qa-report.ts";
import { digestOf, sha256 } from "../../store/digest.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { addPageData } from "../../tests/support/page-data.ts";
import { testServer } from "../../tests/support/server.ts";

async function setUp() {
  const server = await testServer(await testDatabase());
  const { runs } = await addPageData(server.operations, server.artifacts);
  const viewer = await server.asProgram("viewer");
  const get = (url: string, headers: Record<string, string> = viewer) => server.app.inject({ url, headers });
  const look = (user: string, runId = runs.review) =>
    get(`/api/runs/${runId}/preview?user=${encodeURIComponent(user)}`);
  return { server, runs, get, look };
}

it("shows anybody's shelves side by side, with what speaks for each item", async () => {
  const { look } = await setUp();
  const answer = await look("anna");
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["cache-control"]).toBe("no-store");
  const { history, candidate, baseline, champion } = previewSchema.parse(answer.json());
  const had = history.map(({ itemId }) => itemId);
  expect(had.toSorted()).toEqual(["i03", "i04", "i05"]);
  for (const shelf of [candidate, baseline, champion ?? []]) {
    expect(shelf.length).toBeGreaterThan(0);
    expect(shelf.filter(({ itemId }) => had.includes(itemId))).toEqual([]);
  }
  // the candidate knows that i02 and i03, i05 and i06 go together; the popularity list knows no reasons
  const because = candidate.find(({ itemId }) => itemId === "i02")?.because.map(({ itemId }) => itemId);
  expect(because?.[0]).toBe("i03");
  expect(baseline.flatMap((item) => item.because)).toEqual([]);
  expect(new Set(candidate.map(({ change }) => change)).has("new")).toBe(true);
});

it("answers for somebody without a history as it would serve them: by the popularity list", async () => {
  const { look } = await setUp();
  const { history, candidate, baseline } = previewSchema.parse((await look("nobody-knows")).json());
  expect(history).toEqual([]);
  expect(candidate.map(({ itemId }) => itemId)).toEqual(baseline.map(({ itemId }) => itemId));
});

it("says what is missing: the person, the run, its report, the right to look", async () => {
  const { server, runs, get, look } = await setUp();
  expect((await look("")).json()).toMatchObject({ status: 400, detail: expect.stringContaining("user") });
  expect((await look("anna", "movies-none")).statusCode).toBe(404);
  expect((await look("anna", runs.running)).statusCode).toBe(404);
  const url = `/api/runs/${runs.review}/preview?user=anna`;
  expect((await get(url, await server.asProgram("service"))).statusCode).toBe(403);
  expect((await get(url, {})).statusCode).toBe(401);
});

it("lets each person look 60 times a minute, and says when that is over", async () => {
  const { server, get } = await setUp();
  const url = "/api/runs/movies-none/preview?user=anna"; // counted too, and cheap
  const first = await Promise.all(Array.from({ length: 60 }, () => get(url)));
  expect(new Set(first.map(({ statusCode }) => statusCode))).toEqual(new Set([404]));
  const refused = await get(url);
  expect(refused.json()).toMatchObject({ status: 429, code: "too_many_requests" });
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect((await get(url, await server.asProgram("viewer"))).statusCode).toBe(404); // another person's own count
});

it("asks no model whose bytes changed", async () => {
  const { server, look } = await setUp();
  const kept = await readdir(server.artifactsFolder, { recursive: true, withFileTypes: true });
  for (const file of kept.filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))) {
    await rm(join(file.parentPath, file.name));
    await writeFile(join(file.parentPath, file.name), "something else");
  }
  const answer = await look("anna");
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain(server.artifactsFolder);
});

it("gives the report as one file that runs nothing, and as the bytes that were signed", async () => {
  const { runs, get } = await setUp();
  const document = await get(`/api/runs/${runs.review}/report.html`);
  expect(document.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(document.headers["content-security-policy"]).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+';.* frame-ancestors 'none'$/,
  );
  const review = (await get(`/api/runs/${runs.review}/review`)).json();
  expect(document.body).toContain(review.reportDigest);
  expect(document.body).not.toMatch(/<script/i);
  const { body } = await get(`/api/runs/${runs.review}/report.json`);
  expect(sha256(body)).toBe(review.reportDigest);
  expect(digestOf(JSON.parse(body))).toBe(review.reportDigest);
  expect((await get("/api/runs/movies-none/report.html")).statusCode).toBe(404);
});
