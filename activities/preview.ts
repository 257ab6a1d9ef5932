import type { QaSettings } from "../core/definition-qa.ts";
import type { Items } from "../core/qa-items.ts";
import type { Preview } from "../core/qa-report.ts";
import { sideBySide } from "../scoring/side-by-side.ts";
import type { OpenModels } from "./qa-models.ts";

export interface PreviewRequest {
  people: QaSettings["preview"];
  /** Of those among `people` who have one, oldest first. */
  histories: ReadonlyMap<string, readonly string[]>;
  items: Items;
  k: number;
  signal: AbortSignal;
}

/** The shelves of the people whom the definition names, in its order. */
export async function previewShelves(
  { candidate, champion }: OpenModels,
  { people, histories, items, k, signal }: PreviewRequest,
): Promise<Preview[]> {
  const sides = { candidate, champion, baseline: { ...candidate, model: candidate.fallback } };
  const previews: Preview[] = [];
  for (const person of people) {
    signal.throwIfAborted();
    const { user, note } = typeof person === "string" ? { user: person, note: "" } : person;
    const history = histories.get(user) ?? [];
    previews.push(await sideBySide(sides, { user, note, history }, { items, k }));
  }
  return previews;
}
