import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { useReview } from "./context.ts";

const DONE = { approve: "approved it", reject: "rejected it", ask: "asked for changes" } as const;

/** Where the release comes from, and who said what of it there, which decides nothing here. */
export function ImportedNote() {
  const from = useReview().review.importedFrom;
  if (from === null) return null;
  return (
    <Notice
      tone="warn"
      icon="question"
      title={
        from.isSigned
          ? `This release comes from ${from.environment}`
          : `What is stored is not what ${from.environment} signed: do not go by it`
      }
    >
      <ul>
        {from.decisions.map((decision) => (
          <li key={`${decision.by} ${decision.at}`}>
            {decision.by} {DONE[decision.verdict]} there
            {decision.override && ", over a failed check"}
            {decision.reason && `: ${decision.reason}`} (<Moment at={decision.at} />)
          </li>
        ))}
      </ul>
      <p className="small">
        Figures and shelves are of the data there, beside what was live there. {from.importedBy} imported it{" "}
        <Moment at={from.importedAt} />; to go live here it needs a decision of this environment.
      </p>
    </Notice>
  );
}
