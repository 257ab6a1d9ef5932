import { smallExperiment } from "../support/experiments.ts";
import type { PageData } from "../support/page-data.ts";
import type { Json } from "./odd-json.ts";

const DIGEST = "0".repeat(64);
const UNTIL = "2030-01-01T00:00:00Z";

/** Every address that takes a body, with a real one's path, and what it takes. A test compares it with the router. */
export function goodBodies({
  review,
  otherReview,
  failed,
}: PageData["runs"]): Record<string, [url: string, body: Json]> {
  const tensors = {
    id: "1",
    inputs: [
      { name: "history", shape: [1], datatype: "BYTES", data: ["a"] },
      { name: "k", shape: [1], datatype: "INT64", data: [3] },
    ],
    outputs: [{ name: "items" }],
  };
  const outcome = { id: "ev-1", recommendationId: "019ab0c4-7c00-7d3e-8f00-0123456789ab", itemId: "derby" };
  return {
    "/v1/models/:model/recommendations": [
      "/v1/models/movies/recommendations",
      {
        requests: [
          { user: "anna", k: 3, country: "DE" },
          { items: ["a", "b"], explain: true },
        ],
        expose: true,
        explain: false,
      },
    ],
    "/v2/models/:model/infer": ["/v2/models/movies/infer", tensors],
    "/v2/models/:model/versions/:version/infer": ["/v2/models/movies/versions/1/infer", tensors],
    "/v1/outcomes": [
      "/v1/outcomes",
      {
        outcomes: [
          { kind: "click", ...outcome },
          { kind: "spend", ...outcome, amount: "12.50", currency: "EUR", at: "2026-11-25T20:15:00Z" },
        ],
      },
    ],
    "/api/session": ["/api/session", { token: "holt_x" }],
    "/api/models/:model/rollbacks": [
      "/api/models/movies/rollbacks",
      { expectedVersion: 99, toVersion: 1, reason: "x" },
    ],
    "/api/models/:model/aliases/:name": ["/api/models/movies/aliases/spring", { version: 99, reason: "x" }],
    "/api/models/:model/rules": [
      "/api/models/movies/rules",
      { kind: "pin", itemId: "a", rank: 1, factor: 2, from: UNTIL, until: UNTIL, reason: "x" },
    ],
    "/api/runs": ["/api/runs", { model: "movies", runKey: "k", baselineOnly: false }],
    "/api/runs/:runId/rollout-answers": [
      `/api/runs/${review}/rollout-answers`,
      { stage: 0, answer: "go_on", reason: "x" },
    ],
    "/api/runs/:runId/steps/:step/answers": [
      `/api/runs/${failed}/steps/train:als/answers`,
      { answer: "retry", round: 99, reason: "x" },
    ],
    "/api/runs/:runId/definition-retries": [`/api/runs/${failed}/definition-retries`, { reason: "x" }],
    "/api/step-answers": [
      "/api/step-answers",
      { answer: "retry", at: "ingest:nothing", model: "movies", since: UNTIL, reason: "x" },
    ],
    "/api/runs/:runId/decisions": [
      `/api/runs/${review}/decisions`,
      { verdict: "reject", releaseDigest: DIGEST, reportDigest: DIGEST, reason: "x" },
    ],
    "/api/runs/:runId/review-codes": [
      `/api/runs/${review}/review-codes`,
      { verdict: "reject", releaseDigest: DIGEST, reportDigest: DIGEST, reason: "x" },
    ],
    "/api/runs/:runId/comments": [
      `/api/runs/${otherReview}/comments`,
      { text: "x", check: "coverage.people" },
    ],
    "/api/models/:model/batches": [
      "/api/models/movies/batches",
      {
        ...{ from: "data.nobody", to: "picks", version: 99, k: 5, layout: "lists", strangers: "set_aside" },
        ...{ country: "DE", maxBadRowShare: 0.1, key: "k" },
      },
    ],
    "/api/batches/:batchId/answers": ["/api/batches/movies-b99/answers", { answer: "retry", reason: "x" }],
    "/api/models/:model/alert-tests": ["/api/models/movies/alert-tests", { channels: ["team"] }],
    "/api/silences": [
      "/api/silences",
      { model: "movies", cause: "source:titles", until: UNTIL, reason: "x" },
    ],
    "/api/delegations": ["/api/delegations", { to: "nobody", until: UNTIL, reason: "x" }],
    "/api/safeguards": [
      "/api/safeguards",
      { kind: "freeze", model: "movies", from: UNTIL, until: UNTIL, reason: "x" },
    ],
    "/api/models/:model/experiments": [
      "/api/models/movies/experiments",
      { plan: smallExperiment() as { [key: string]: Json }, reason: "x" },
    ],
    "/api/experiments/:id/traffic": ["/api/experiments/movies-x1/traffic", { traffic: 0.5, reason: "x" }],
    "/api/experiments/:id/overrides": [
      "/api/experiments/movies-x1/overrides",
      { unit: "qa-1", arm: "treatment", reason: "x" },
    ],
    "/api/experiments/:id/pauses": ["/api/experiments/movies-x1/pauses", { reason: "x" }],
    "/api/experiments/:id/resumes": ["/api/experiments/movies-x1/resumes", { reason: "x" }],
    "/api/experiments/:id/ships": ["/api/experiments/movies-x1/ships", { arm: "treatment", reason: "x" }],
    "/api/experiments/:id/ends": ["/api/experiments/movies-x1/ends", { reason: "x" }],
    "/api/slack/interactions": ["/api/slack/interactions", { payload: "{}" }],
    "/api/incidents/:id/actions/:name": [
      "/api/incidents/1/actions/go_back",
      { verdict: "keep", reason: "x" },
    ],
    "/api/incidents/:id/acknowledgements": ["/api/incidents/1/acknowledgements", {}],
  };
}
