import { useContext, useEffect, useRef, useState } from "react";
import type { Problem } from "../../core/api.ts";
import { nextWait } from "./poll.ts";
import { problemOf, request } from "./request.ts";
import { SessionContext } from "./session.ts";

export interface Resource<T> {
  /** Undefined until the first answer. */
  value: T | undefined;
  /** Why the last attempt failed; `value` is then what was true before. */
  problem: Problem | undefined;
  /** Asks again now. */
  reload(): Promise<void>;
}

interface Held<T> {
  path: string;
  value: T | undefined;
  problem: Problem | undefined;
}

/**
 * What the API answers at `path`. `pollMs` says how soon to ask again, given the answer; undefined: never. It waits
 * longer while nothing changes, and doesn't ask while the page is hidden.
 */
export function useResource<T>(path: string, pollMs?: (value: T) => number | undefined): Resource<T> {
  const [held, setHeld] = useState<Held<T>>({ path, value: undefined, problem: undefined });
  const session = useContext(SessionContext);
  const latest = useRef({ pollMs, session });
  latest.current = { pollMs, session };
  const reload = useRef(async () => {});

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = 0;
    let seen = "";
    let value: T | undefined;

    async function load(): Promise<void> {
      clearTimeout(timer);
      let changed = false;
      let problem: Problem | undefined;
      try {
        value = await request<T>("GET", path, { signal: controller.signal });
        const text = JSON.stringify(value);
        changed = text !== seen;
        seen = text;
      } catch (error) {
        problem = problemOf(error);
      }
      if (controller.signal.aborted) return;
      if (problem?.status === 401) {
        await latest.current.session?.refresh();
        // who is shown still: another session took this one's place meanwhile
        wait = nextWait({ before: wait, base: undefined, changed: false, failed: true });
        if (!controller.signal.aborted) plan();
        return;
      }
      if (changed || problem) setHeld({ path, value, problem });
      else setHeld((before) => (before.problem ? { path, value, problem: undefined } : before));
      const base = value === undefined ? undefined : latest.current.pollMs?.(value);
      wait = nextWait({ before: wait, base, changed, failed: problem !== undefined });
      plan();
    }
    function plan() {
      clearTimeout(timer);
      if (wait > 0 && !document.hidden) timer = setTimeout(load, wait);
    }
    function onVisibility() {
      if (document.hidden) clearTimeout(timer);
      else if (wait > 0) void load();
    }

    reload.current = load;
    void load();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, [path]);

  const current = held.path === path ? held : { value: undefined, problem: undefined };
  return { value: current.value, problem: current.problem, reload: () => reload.current() };
}
