import type { Database } from "../db/connection.ts";
import type { ArtifactStore } from "../store/artifacts.ts";

/** What activities work with; a test passes its own. */
export interface ActivityContext {
  database: Database;
  artifacts: ArtifactStore;
}
