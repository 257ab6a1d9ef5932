import { useSyncExternalStore } from "react";
import { goToTarget } from "./target.ts";

const listeners = new Set<() => void>();
let moved = false;

/** Goes to an address of these pages without loading the document again. */
export function navigate(to: string, how: "push" | "replace" = "push"): void {
  const before = location.pathname;
  moved = true;
  history[how === "push" ? "pushState" : "replaceState"](null, "", to);
  if (location.pathname !== before) scrollTo(0, 0);
  for (const listener of listeners) listener();
}

/** Whether the person came to this page from another of these pages, not by loading it. */
export function hasNavigated(): boolean {
  return moved;
}

/** The address now: `path` without the query, and the query. */
export function useAddress(): { path: string; query: URLSearchParams } {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const [path = "/", query = ""] = address.split("?", 2);
  return { path, query: new URLSearchParams(query) };
}

/**
 * The parts of `path` that `pattern` names (`/runs/:id`), decoded; undefined when it doesn't fit. A slash at the end
 * makes no difference.
 */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decode(value);
    else if (part !== value) return undefined;
  }
  return params;
}

/**
 * Makes every plain link between these pages a change of address instead of a new document; with a modifier key it
 * opens as the browser does. Links to a part of the page open it, move the focus there, and stand in the address, so that
 * it can be sent to somebody. The API's own documents open as documents.
 */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const href =
      event.target instanceof Element ? event.target.closest("a")?.getAttribute("href") : undefined;
    if (!href || (!/^\/(?!\/|api\/)/.test(href) && !href.startsWith("#"))) return;
    event.preventDefault();
    if (!href.startsWith("#")) navigate(href);
    else if (goToTarget(decode(href.slice(1)))) history.replaceState(null, "", href);
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
