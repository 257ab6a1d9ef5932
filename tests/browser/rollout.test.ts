import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { noteStage, startStage } from "../../db/rollouts.ts";
import { setRunState } from "../../db/runs.ts";
import { endStep, startStep } from "../../db/steps.ts";
import { registerVersion } from "../../db/versions.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { decide } from "../../operations/decide.ts";
import { digestOf } from "../../store/digest.ts";
import { auditPage } from "../support/audit-page.ts";
import { type Pages, preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

/** Pictures for a person to look at; never compared, never committed. */
const PICTURES = join(import.meta.dirname, "../../.holt/walks");

/** The run in review, approved; its canary of 5 % waits for a person. */
async function holdCanary({ server, database: { db }, people, runs: { review: runId } }: Pages) {
  const { releaseDigest, reportDigest } = await getReviewDetail(db, runId);
  const signed = { releaseDigest, reportDigest, reason: "good shelves", override: false };
  await decide(server.operations, people.reviewer, runId, { verdict: "approve", ...signed }, "page");
  const result = { summary: "approved by rita", detail: {} };
  const done = { state: "done", inputDigest: digestOf("review"), reusedFromRun: null, result } as const;
  await endStep(db, { runId, step: "review" }, done);
  await startStep(db, { runId, step: "deploy" }, 1);
  const version = await registerVersion(db, runId);
  await startStage(db, { runId, stage: 0 }, { version, kind: "warm", share: 0 });
  await noteStage(db, { runId, stage: 0 }, { state: "passed", checks: [] });
  await startStage(db, { runId, stage: 1 }, { version, kind: "canary", share: 0.05 });
  const text = "failed answers: 0.5 % of 200, the live version's 0.1 % of 4000; at most 0.1 % more may be";
  const checks = [{ id: "errors", verdict: "inconclusive", text }] as const;
  await noteStage(db, { runId, stage: 1 }, { state: "held", checks: [...checks] });
  await setRunState(db, runId, "needs_attention");
  return runId;
}

it.each([
  { name: "desk", width: 1280, scheme: "light" },
  { name: "phone", width: 390, scheme: "dark" },
] as const)("lets a person say, with a reason, that a held stage goes on ($name)", async (screen) => {
  const pages = await openPages(screen);
  const { page, openAs, database, people, complaints } = pages;
  const runId = await holdCanary(pages);
  await openAs("deployer", `/runs/${runId}`);
  await page.getByRole("heading", { name: "Rollout" }).waitFor();
  const stages = page.getByRole("region", { name: "Stages of the rollout" });
  await stages.getByText("failed answers: 0.5 % of 200").waitFor();
  expect(await auditPage(page)).toEqual([]);
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `rollout-${screen.name}.png`), fullPage: true });
  await page.getByRole("button", { name: "Let it go on" }).click();
  const dialog = page.getByRole("dialog", { name: "Let it go on?" });
  expect(await auditPage(page)).toEqual([]);
  await dialog.getByLabel("Reason").fill("one old set-top box; known");
  await dialog.getByRole("button", { name: "Let it go on" }).click();
  await stages.getByText("Let it go on: erin, “one old set-top box; known”").waitFor();
  expect(await page.getByRole("button", { name: "Let it go on" }).count()).toBe(0);
  expect(await database.db.selectFrom("rollout_answer").selectAll().execute()).toMatchObject([
    { run_id: runId, stage: 1, answer: "go_on", person_id: people.deployer.personId },
  ]);
  expect(complaints).toEqual([]);
});

it("shows a rollout to who may only look, and offers them no answer", async () => {
  const pages = await openPages();
  const runId = await holdCanary(pages);
  await pages.openAs("viewer", `/runs/${runId}`);
  await pages.page.getByText("canary, 5 % waits for an answer: failed answers: 0.5 % of 200").waitFor();
  expect(await pages.page.getByRole("button", { name: "Let it go on" }).count()).toBe(0);
});
