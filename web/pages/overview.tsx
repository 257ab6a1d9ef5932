import type { Incident, ModelSummary, ReviewSummary, RunSummary } from "../../core/api.ts";
import type { ListedExperiment } from "../../core/experiment/report.ts";
import { plural } from "../../core/words.ts";
import { useResource } from "../lib/resource.ts";
import { INCIDENT_LOOKS, isOpen, type Look, REVIEW_LOOKS, RUN_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Age, Moment } from "../parts/moment.tsx";
import { Empty, ProblemNote } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { SafeguardsNote } from "../parts/safeguards-note.tsx";

const EVERY_MS = 4_000;
const often = () => EVERY_MS;
const EXPERIMENT_WAITS: Look = { label: "Experiment", tone: "person", icon: "person" };

/** What is live, what is under way, and first of all what waits for a person. */
export function OverviewPage() {
  const models = useResource<ModelSummary[]>("/api/models", often);
  return (
    <Page title="Overview">
      <Waiting />
      <h2>Models</h2>
      <Loaded from={models}>
        {(list) =>
          list.length === 0 ? (
            <Empty>
              There is no model yet. Write a <code>holt.config.ts</code> and store it with{" "}
              <code>holt apply</code>.
            </Empty>
          ) : (
            <ul className="cards">
              {list.map((model) => (
                <ModelCard key={model.name} model={model} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}

function Waiting() {
  const reviews = useResource<ReviewSummary[]>("/api/reviews", often);
  const failed = useResource<RunSummary[]>("/api/runs?state=needs_attention", often);
  const incidents = useResource<Incident[]>("/api/incidents?state=open", often);
  const experiments = useResource<ListedExperiment[]>("/api/experiments?state=running", often);
  if (!reviews.value || !failed.value || !incidents.value || !experiments.value) {
    const problem = [reviews, failed, incidents, experiments].find((each) => each.problem);
    return problem?.problem ? <ProblemNote problem={problem.problem} /> : null;
  }
  const open = reviews.value.filter((review) => isOpen(review.state));
  const items = [
    ...incidents.value.map((incident) => (
      <WaitingItem
        key={`incident ${incident.id}`}
        href={`/incidents/${incident.id}`}
        look={{ ...INCIDENT_LOOKS.open, label: "Incident" }}
        title={incident.title}
        model={incident.model}
        since={incident.openedAt}
      />
    )),
    ...failed.value.map((run) => (
      <WaitingItem
        key={`run ${run.id}`}
        href={`/runs/${encodeURIComponent(run.id)}`}
        look={{ ...RUN_LOOKS.needs_attention, label: "Failed step" }}
        title={`Run ${run.id} needs an answer: retry, skip or abort`}
        model={run.model}
        since={run.openedAt}
      />
    )),
    ...experiments.value.flatMap(({ experiment: { id, model }, look, waitsFor }) =>
      waitsFor === null || look === null ? (
        []
      ) : (
        <WaitingItem
          key={`experiment ${id}`}
          href={`/experiments/${encodeURIComponent(id)}`}
          look={EXPERIMENT_WAITS}
          title={look.reason}
          model={model}
        />
      ),
    ),
    ...open.map((review) => (
      <WaitingItem
        key={`review ${review.runId}`}
        href={`/runs/${encodeURIComponent(review.runId)}/review`}
        look={
          review.state === "open" ? { ...REVIEW_LOOKS.open, label: "Review" } : REVIEW_LOOKS[review.state]
        }
        title={review.headline}
        model={review.model}
        since={review.openedAt}
      />
    )),
  ];
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Waits for a person</h2>
      {items.length === 0 ? <Empty>Nothing does. All is well.</Empty> : <ul className="rows">{items}</ul>}
    </section>
  );
}

function WaitingItem(props: { href: string; look: Look; title: string; model: string; since?: string }) {
  return (
    <li className="row">
      <Badge look={props.look} />
      <a className="row-main" href={props.href}>
        {props.title}
      </a>
      <span className="row-end muted">
        {props.model}
        {props.since !== undefined && (
          <>
            , for <Age at={props.since} />
          </>
        )}
      </span>
    </li>
  );
}

function ModelCard({ model }: { model: ModelSummary }) {
  const at = `/models/${encodeURIComponent(model.name)}`;
  const runsOf = `/runs?model=${encodeURIComponent(model.name)}`;
  return (
    <li className="card model">
      <h3>
        <a href={`${at}/versions`}>{model.name}</a>
      </h3>
      {model.description && <p className="muted">{model.description}</p>}
      <p className="live">
        {model.live ? (
          <>
            <strong>
              Version {model.live.version}, {model.live.candidate}
            </strong>
            <br />
            <span className="muted">
              live since <Moment at={model.live.since} />
            </span>
          </>
        ) : (
          <span className="muted">Nothing is live yet.</span>
        )}
      </p>
      <SafeguardsNote model={model.name} />
      <ul className="counts">
        <li>
          <a href={runsOf}>{plural(model.runsUnderWay, "run under way", "runs under way")}</a>
        </li>
        <li className={model.waitingForReview > 0 ? "strong" : ""}>
          <a href="/reviews">{plural(model.waitingForReview, "review waits", "reviews wait")}</a>
        </li>
        <li className={model.needAttention > 0 ? "strong" : ""}>
          <a href={`${runsOf}&state=needs_attention`}>
            {plural(model.needAttention, "run needs attention", "runs need attention")}
          </a>
        </li>
        <li className={model.openIncidents > 0 ? "strong" : ""}>
          <a href={`/incidents?model=${encodeURIComponent(model.name)}`}>
            {plural(model.openIncidents, "open incident", "open incidents")}
          </a>
        </li>
      </ul>
      <p className="card-foot muted">
        {model.schedule ? `Runs by itself: ${model.schedule}` : "Runs when somebody starts it"} ·{" "}
        <a href={`${at}/monitor`}>Monitor</a>
      </p>
    </li>
  );
}
