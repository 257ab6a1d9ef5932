import { useCallback, useMemo, useRef } from "react";
import type { NewDecision } from "../../core/api.ts";

type Seen = NonNullable<NewDecision["seen"]>;
/** As the API takes at most. */
const MOST = 100;

/** What this person had before them, for this report: since when, and whose lists. Goes with their decision. */
export function useSeen(reportDigest: string): { seen(): Seen; onSeen(user: string): void } {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another report is read anew
  const held = useMemo(
    () => ({ openedAt: new Date().toISOString(), previews: new Set<string>() }),
    [reportDigest],
  );
  const current = useRef(held);
  current.current = held;
  const onSeen = useCallback((user: string) => void current.current.previews.add(user), []);
  const seen = useCallback((): Seen => {
    const { openedAt, previews } = current.current;
    return { openedAt, previews: [...previews].slice(0, MOST) };
  }, []);
  return { seen, onSeen };
}
