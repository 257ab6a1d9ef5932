import type { Database } from "../db/connection.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import type { PublishedRoot } from "../store/published-folder.ts";

/** What activities work with; a test passes its own. */
export interface ActivityContext {
  database: Database;
  /** Signed in as the role for what a definition's author wrote (SQL, commands) and what comes of it in `data`. */
  ingest: Database;
  artifacts: ArtifactStore;
  /** Where sources may be; undefined for each definition's own folder. */
  sourceFolders?: readonly string[] | undefined;
  /** Where files of batches are written; undefined where this worker writes none. */
  batchFolder?: string | undefined;
  /** Below it are the files of static models; undefined where this worker writes none. */
  staticRoot?: PublishedRoot | undefined;
}
