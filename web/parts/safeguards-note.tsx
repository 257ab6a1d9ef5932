import type { CalendarTime, Safeguard } from "../../core/api.ts";
import { SAFEGUARD_WORDS } from "../../core/safeguard-words.ts";
import { useResource } from "../lib/resource.ts";
import { Moment } from "./moment.tsx";

const EVERY_MS = 4_000;

/** The calendar's times begin and end at whole minutes, and change when a definition is applied. */
const CALENDAR_EVERY_MS = 30_000;

/** What holds for a model now whatever its versions are: freezes, the popularity list for everybody; with its end and why. */
export function SafeguardsNote({ model }: { model: string }) {
  const safeguards = useResource<Safeguard[]>("/api/safeguards", () => EVERY_MS);
  const calendar = useResource<CalendarTime[]>("/api/calendar", () => CALENDAR_EVERY_MS);
  const frozen = (calendar.value ?? []).find(
    (one) =>
      one.model === model &&
      one.overriddenUntil === null &&
      Date.parse(one.from) <= Date.now() &&
      Date.parse(one.until) > Date.now(),
  );
  const held = (safeguards.value ?? []).filter(
    (one) => (one.model ?? model) === model && Date.parse(one.from) <= Date.now(),
  );
  return (
    <>
      {held.map(({ id, kind, until, reason, by }) => (
        <Note key={id} what={SAFEGUARD_WORDS[kind]} until={until} why={`${by}: ${reason}`} />
      ))}
      {frozen && (
        <Note
          what={SAFEGUARD_WORDS.freeze}
          until={frozen.until}
          why={`By the calendar of its definition: ${frozen.reason}`}
        />
      )}
    </>
  );
}

function Note({ what, until, why }: { what: string; until: string; why: string }) {
  return (
    <p className="safeguard">
      <strong>
        {what} until <Moment at={until} />.
      </strong>{" "}
      {why}
    </p>
  );
}
