const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const LOOK_FOR_PARENT_MS = 500;

/**
 * Aborts when a person or the machine wants this process to end: Ctrl-C, SIGTERM, a closed terminal, or the death of
 * whoever started it. The process doesn't end by itself then: who asked for this ends its parts, and exits.
 */
export function onInterruption(): AbortSignal {
  const interruption = new AbortController();
  // npm passes Ctrl-C on, so it comes twice; only the first one counts.
  for (const signal of SIGNALS) process.on(signal, () => interruption.abort(signal));
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) interruption.abort("the death of its parent");
  }, LOOK_FOR_PARENT_MS).unref();
  return interruption.signal;
}
