import { useState } from "react";
import type { NewRolloutAnswer, RolloutStage, RunDetail } from "../../core/api.ts";
import { type RolloutAnswer, stageInWords } from "../../core/rollout.ts";
import { request } from "../lib/request.ts";
import { useMay } from "../lib/session.ts";
import { STAGE_LOOKS, VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Moment } from "../parts/moment.tsx";
import { ReasonDialog } from "../parts/reason-dialog.tsx";
import { Table } from "../parts/table.tsx";

const WORDS: Record<RolloutAnswer, { button: string; effect: string }> = {
  go_on: { button: "Let it go on", effect: "The stage passes at once, whatever its checks can tell." },
  back: {
    button: "End the rollout",
    effect: "The new version answers nobody any more. What is live stays live.",
  },
};

/** How the run's version does among real traffic, stage by stage. */
export function Rollout({ run, reload }: { run: RunDetail; reload(): Promise<void> }) {
  const may = useMay("rollback");
  const [asking, setAsking] = useState<RolloutAnswer>();
  const open = run.rollout.find(({ state }) => state === "running" || state === "held");

  async function answer(given: RolloutAnswer, stage: number, reason: string) {
    const body: NewRolloutAnswer = { stage, answer: given, reason };
    await request("POST", `/api/runs/${encodeURIComponent(run.id)}/rollout-answers`, { body });
    await reload();
  }

  return (
    <>
      <h2>Rollout</h2>
      <Table
        label="Stages of the rollout"
        head={["Stage", "State", "Since", "What was found"].map((title) => (
          <th scope="col" key={title}>
            {title}
          </th>
        ))}
      >
        {run.rollout.map((stage) => (
          <Stage key={stage.stage} stage={stage} />
        ))}
      </Table>
      {open?.state === "held" && !open.answer && (
        <p>
          {stageInWords(open)} waits for an answer:{" "}
          {open.checks
            .filter(({ verdict }) => verdict !== "pass")
            .map(({ text }) => text)
            .join("; ")}
          .
        </p>
      )}
      {open && !open.answer && may && (
        <div className="buttons">
          {(["go_on", "back"] as const).map((each) => (
            <button type="button" key={each} className="button" onClick={() => setAsking(each)}>
              {WORDS[each].button}
            </button>
          ))}
        </div>
      )}
      {open && asking && (
        <ReasonDialog
          title={`${WORDS[asking].button}?`}
          reasonRequired
          confirmLabel={WORDS[asking].button}
          danger={asking === "back"}
          onConfirm={(reason) => answer(asking, open.stage, reason)}
          onClose={() => setAsking(undefined)}
        >
          {WORDS[asking].effect}
        </ReasonDialog>
      )}
    </>
  );
}

function Stage({ stage }: { stage: RolloutStage }) {
  return (
    <tr>
      <th scope="row">{stageInWords(stage)}</th>
      <td>
        <Badge look={STAGE_LOOKS[stage.state]} />
      </td>
      <td>
        <Moment at={stage.startedAt} />
      </td>
      <td className="found">
        {stage.checks.map(({ id, verdict, text }) => (
          <div key={id}>
            {VERDICT_LOOKS[verdict].label}: {text}
          </div>
        ))}
        {stage.answer && (
          <div>
            {WORDS[stage.answer.answer].button}: {stage.answer.by}, “{stage.answer.reason}”
          </div>
        )}
      </td>
    </tr>
  );
}
