/** What `holt doctor` found about one thing that Holt needs. */
export interface Finding {
  what: string;
  /** `missing` stops Holt; `unsure` stops some of it, or could not be told. */
  verdict: "fine" | "unsure" | "missing";
  found: string;
  /** What to do; empty when it is fine. */
  remedy: string;
}

export function fine(what: string, found: string): Finding {
  return { what, verdict: "fine", found, remedy: "" };
}

export function unsure(what: string, found: string, remedy: string): Finding {
  return { what, verdict: "unsure", found, remedy };
}

export function missing(what: string, found: string, remedy: string): Finding {
  return { what, verdict: "missing", found, remedy };
}

/** The words of an error, of the deepest cause that has some. */
export function wordsOf(error: unknown): string {
  const { message, cause, code } = error as Error & { code?: string };
  if (cause instanceof Error) return wordsOf(cause);
  return message || code || String(error);
}
