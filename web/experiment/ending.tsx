import { type ReactNode, useState } from "react";
import { pauseOf } from "../../core/experiment/pause.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { request } from "../lib/request.ts";
import { useMay } from "../lib/session.ts";
import { ReasonDialog } from "../parts/reason-dialog.tsx";

interface Act {
  /** On the button, and what the dialog asks. */
  button: string;
  title: string;
  confirm: string;
  /** Below the experiment's address. */
  path: "ships" | "pauses" | "resumes" | "ends";
  body?: { arm: string };
  danger: boolean;
  isPrimary: boolean;
  effect: ReactNode;
}

/** What a person may do: put an arm's version live, pause, go on, or end it. Each needs a reason. */
export function Ending(props: { report: ExperimentReport; at: string; reload(): Promise<void> }) {
  const may = useMay("rollback");
  const [asked, setAsked] = useState<Act>();
  if (!may) return null;

  async function act({ path, body }: Act, reason: string) {
    await request("POST", `${props.at}/${path}`, { body: { ...body, reason } });
    await props.reload();
  }

  return (
    <>
      <div className="buttons">
        {actsOf(props.report).map((each) => (
          <button
            type="button"
            key={each.button}
            className={each.isPrimary ? "button primary" : "button"}
            onClick={() => setAsked(each)}
          >
            {each.button}
          </button>
        ))}
      </div>
      {asked && (
        <ReasonDialog
          title={asked.title}
          reasonRequired
          confirmLabel={asked.confirm}
          danger={asked.danger}
          onConfirm={(reason) => act(asked, reason)}
          onClose={() => setAsked(undefined)}
        >
          {asked.effect}
        </ReasonDialog>
      )}
    </>
  );
}

function actsOf(report: ExperimentReport): Act[] {
  const { plan } = report.experiment;
  const arms = plan.aa || plan.holdout ? [] : plan.arms;
  const isPaused = pauseOf(report.experiment) !== undefined;
  return [
    ...arms.flatMap(({ name, version, listOnly }) =>
      name === plan.control || listOnly || version === null ? [] : [shipping(report, name, version)],
    ),
    isPaused ? RESUME : PAUSE,
    END,
  ];
}

/** Against the plan's rule it may be done all the same, and says so. */
function shipping({ experiment, look }: ExperimentReport, arm: string, version: number): Act {
  const isWinner = look?.verdict === "ship" && look.arm === arm;
  return {
    ...{ button: `Put ${arm} live…`, title: `Put ${arm} live?`, confirm: `Put version ${version} live` },
    ...{ path: "ships", body: { arm }, danger: !isWinner, isPrimary: isWinner },
    effect: (
      <>
        <p>
          Version {version} of {experiment.model} answers everybody within seconds, and the experiment ends.
        </p>
        {!isWinner && (
          <p>
            <strong>The plan&rsquo;s rule is not met</strong>: {look?.reason ?? "nobody has looked at it yet"}
            .
          </p>
        )}
      </>
    ),
  };
}

const PAUSE: Act = {
  ...{ button: "Pause it…", title: "Pause the experiment?", confirm: "Pause it" },
  ...{ path: "pauses", danger: false, isPrimary: false },
  effect: "The control answers everybody in it until it goes on. Nobody looks, and these days do not count.",
};
const RESUME: Act = {
  ...{ button: "Go on…", title: "Let the experiment go on?", confirm: "Go on" },
  ...{ path: "resumes", danger: false, isPrimary: true },
  effect: "Each arm answers its people again.",
};
const END: Act = {
  ...{ button: "End it…", title: "End the experiment?", confirm: "End it" },
  ...{ path: "ends", danger: true, isPrimary: false },
  effect: "What is live answers everybody again. It cannot go on later; another one may begin.",
};
