import type { Decision } from "../../core/api.ts";
import { plural } from "../../core/words.ts";
import { CHANNEL_WORDS, type IconName, type Tone } from "../lib/words.ts";
import { Icon } from "../parts/icon.tsx";
import { Moment } from "../parts/moment.tsx";
import { sayVerdict } from "./decision-words.ts";

const LOOKS: Record<Decision["verdict"], { tone: Tone; icon: IconName }> = {
  approve: { tone: "good", icon: "check" },
  reject: { tone: "warn", icon: "cross" },
  ask: { tone: "warn", icon: "question" },
};

/** Who decided what, when, through which door, why, and what they had looked at. */
export function DecisionList({ decisions }: { decisions: Decision[] }) {
  if (decisions.length === 0) return null;
  return (
    <ul className="decisions" aria-label="What was decided">
      {decisions.map((decision) => {
        const { tone, icon } = LOOKS[decision.verdict];
        return (
          <li key={decision.id} className={`decided tone-${tone}`}>
            <p>
              <Icon name={icon} />{" "}
              <span>
                <strong>{decision.by}</strong> {sayVerdict(decision)}
              </span>
            </p>
            {decision.reason && <blockquote>{decision.reason}</blockquote>}
            <p className="small muted">
              <Moment at={decision.at} />, {CHANNEL_WORDS[decision.channel]}
              <SeenWords decision={decision} />
            </p>
          </li>
        );
      })}
    </ul>
  );
}

function SeenWords({ decision: { seen, at } }: { decision: Decision }) {
  if (!seen) return null;
  const minutes = seen.openedAt === null ? undefined : (Date.parse(at) - Date.parse(seen.openedAt)) / 60_000;
  return (
    <>
      {minutes !== undefined &&
        minutes >= 0 &&
        `; the report was open for ${minutes < 1 ? "less than a minute" : plural(Math.round(minutes), "minute")}`}
      {seen.previews.length > 0 &&
        `; looked at ${plural(seen.previews.length, "person's", "people's")} lists`}
    </>
  );
}
