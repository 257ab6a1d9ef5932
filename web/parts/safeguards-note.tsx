import type { Safeguard } from "../../core/api.ts";
import { useResource } from "../lib/resource.ts";
import { Moment } from "./moment.tsx";

const EVERY_MS = 4_000;

/** What holds for a model now whatever its versions are: a freeze, the popularity list for everybody; with its end and why. */
export function SafeguardsNote({ model }: { model: string }) {
  const safeguards = useResource<Safeguard[]>("/api/safeguards", () => EVERY_MS);
  const held = (safeguards.value ?? []).filter(
    (one) => (one.model ?? model) === model && Date.parse(one.from) <= Date.now(),
  );
  return held.map(({ id, kind, until, reason, by }) => (
    <p key={id} className="safeguard">
      <strong>
        {kind === "baseline" ? "Everybody gets the popularity list" : "Nothing new goes live"} until{" "}
        <Moment at={until} />.
      </strong>{" "}
      {by}: {reason}
    </p>
  ));
}
