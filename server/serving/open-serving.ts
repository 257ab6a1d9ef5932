import type { Database } from "../../db/connection.ts";
import type { OperationsContext } from "../../operations/context.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import type { ServerContext } from "../http-server.ts";
import { KeptTokens } from "../kept-tokens.ts";
import { Admission } from "../overload/admission.ts";
import type { OverloadSettings } from "../overload/settings.ts";
import type { HealthReport } from "../routes/health.ts";
import { within } from "../within.ts";
import { Histories } from "./histories.ts";
import { LiveModels, type LiveModelsSettings } from "./live-models.ts";
import { checkRelease, type Loading } from "./load-version.ts";
import { LocalArtifacts } from "./local/local-artifacts.ts";
import { LocalCopy } from "./local/local-copy.ts";
import { LocalKnowledge } from "./local/local-knowledge.ts";
import { ServerHeartbeat } from "./rollout/heartbeat.ts";
import { Scorer } from "./scorer/scorer.ts";
import type { ServingSettings } from "./settings.ts";
import { WrittenLists } from "./written-lists.ts";

/** Of the scorer's memory; from there on only the last good version stays beside the live one. */
const FULL_SHARE = 0.5;
/** A rollback does not wait longer for a store that hangs. */
const CHECKED_WITHIN_MS = 1_000;

export interface ServingProblems {
  onProblem: LiveModelsSettings["onProblem"];
  onLocalProblem: (error: Error) => void;
  onHistoryProblem: (error: Error) => void;
  onScorerProblem: (error: Error) => void;
}

type ServingHealth = Pick<
  HealthReport["details"],
  "knowledgeAgeSeconds" | "localFolder" | "scorer" | "admission" | "models"
>;

/** All that answers are made of, put together. */
export interface Serving {
  live: LiveModels;
  /** Before a version goes live again; in the scorer's process, as for people. */
  checkRelease: NonNullable<OperationsContext["checkRelease"]>;
  /** For the routes. */
  context: Pick<ServerContext, "live" | "histories" | "keptTokens" | "admission">;
  start(): Promise<void>;
  health(): ServingHealth;
  close(): Promise<void>;
}

/** @param settings with the name by which people know the server, as `host:port` */
export function openServing(
  database: Database,
  shared: ArtifactStore,
  settings: ServingSettings & { name: string; overload: OverloadSettings },
  { onProblem, onLocalProblem, onHistoryProblem, onScorerProblem }: ServingProblems,
): Serving {
  const knowledge = new LocalKnowledge(settings.folder);
  const artifacts = new LocalArtifacts(knowledge.artifacts, shared, onLocalProblem);
  const admission = new Admission(settings.overload);
  const scorer = new Scorer({
    bytesOf: (digest) => artifacts.get(digest),
    deadlineMs: settings.scorerDeadlineMs,
    memoryMb: settings.scorerMemoryMb,
    onProblem: onScorerProblem,
    onScored: (ms) => admission.noteScored(ms),
  });
  const loading: Pick<Loading, "open" | "bytesOf"> = {
    open: (digest, deadlineMs) => scorer.open(digest, deadlineMs),
    bytesOf: (digest) => artifacts.get(digest),
  };
  const lookUps = { mostMb: settings.historiesMb, onProblem: onHistoryProblem };
  const lists = new WrittenLists(database, lookUps);
  const live = new LiveModels({
    ...{ database, onProblem, ...loading },
    openLists: (tableName) => lists.open(tableName),
    local: new LocalCopy(knowledge, onLocalProblem),
    warmVersions: settings.warmVersions,
    hasRoom: () => scorer.memoryShare < FULL_SHARE,
  });
  const histories = new Histories(database, lookUps);
  const keptTokens = new KeptTokens({ database, folder: settings.folder, onProblem: onLocalProblem });
  const heartbeat = new ServerHeartbeat(database, live, settings.name);
  return {
    live,
    checkRelease: ({ release }) => within(CHECKED_WITHIN_MS, "the model", checkRelease(loading, release)),
    context: { live, histories, keptTokens, admission },
    async start() {
      await Promise.all([keptTokens.start(), live.start()]);
      heartbeat.start();
      admission.start();
    },
    health: () => ({
      knowledgeAgeSeconds: live.knowledgeAgeSeconds,
      localFolder: live.localProblem ?? "ok",
      scorer: scorer.problem ?? "ok",
      admission: admission.state(),
      models: live.states(),
    }),
    async close() {
      await heartbeat.close();
      await Promise.all([live.close(), keptTokens.close()]);
      scorer.close();
      admission.close();
    },
  };
}
