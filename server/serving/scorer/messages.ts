/** What the server and its scorer's process say to each other. Requests and answers go in batches, one a tick. */

/** id, digest of the model, k, time in ms since 1970 after which nobody waits, history. */
export type Ask = [id: number, digest: string, k: number, until: number, history: readonly string[]];
/** Items with their scores, best first; or the class and words of the error. */
export type Told =
  | [id: number, items: readonly string[], scores: readonly number[]]
  | [id: number, failed: { name: string; message: string }];

export type ToScorer =
  /** Bytes that hash to the digest; never a path. Answered by `loaded` or `refused`. */
  | { load: string; bytes: Uint8Array }
  | { unload: string }
  | { asks: Ask[] }
  /** Answered by `rssBytes`: the process still listens. */
  | { ping: true };

export type FromScorer =
  | { loaded: string }
  | { refused: string; name: string; message: string }
  | { told: Told[] }
  | { rssBytes: number };
