import { toldWords } from "../../core/alert-told.ts";
import type { AlertRecord } from "../../core/alerts-api.ts";
import { useResource } from "../lib/resource.ts";
import { Moment } from "./moment.tsx";

const EVERY_MS = 5_000;

/** The alerts of an incident, the first first; nothing where nobody was to be told. */
export function WhoWasTold({ incidentId, isOver }: { incidentId: number; isOver: boolean }) {
  const alerts = useResource<AlertRecord[]>(`/api/alerts?incident=${incidentId}`, () =>
    isOver ? undefined : EVERY_MS,
  );
  const told = alerts.value ?? [];
  if (told.length === 0) return null;
  return (
    <section aria-label="Who was told">
      <h2>Who was told</h2>
      <ul>
        {told.toReversed().map((alert) => (
          <li key={alert.id}>
            <Moment at={alert.deliveredAt ?? alert.at} />: {toldWords(alert)}.
          </li>
        ))}
      </ul>
    </section>
  );
}
