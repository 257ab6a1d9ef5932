import { type FormEvent, useId, useState } from "react";
import type { Delegation, NewDelegation, Problem } from "../../core/api.ts";
import { problemOf, request } from "../lib/request.ts";
import { useResource } from "../lib/resource.ts";
import { useMay, useSession } from "../lib/session.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, ProblemNote } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";

/** Who decides in whose place, and until when. */
export function StandInsPage() {
  const delegations = useResource<Delegation[]>("/api/delegations", () => 10_000);
  const mayDecide = useMay("decide");
  return (
    <Page title="Stand-ins" crumbs={[{ href: "/reviews", label: "Reviews" }]}>
      <p className="lead">
        While you are away, somebody else can decide in your place. Their vote is theirs and counts once; the
        record says for whom they stood in.
      </p>
      {mayDecide && <NewStandIn onDone={delegations.reload} />}
      <Loaded from={delegations}>{(list) => <StandIns list={list} onEnded={delegations.reload} />}</Loaded>
    </Page>
  );
}

function StandIns({ list, onEnded }: { list: Delegation[]; onEnded(): Promise<void> }) {
  const { me } = useSession();
  const now = Date.now();
  return (
    <section aria-labelledby="stand-ins">
      <h2 id="stand-ins">Who stands in for whom</h2>
      {list.length === 0 ? (
        <Empty>Nobody stands in for anybody.</Empty>
      ) : (
        <ul className="cards wide">
          {list.map((delegation) => (
            <li key={delegation.id} className="card">
              <h3>
                {nameOf(delegation.to, me.name)} for {nameOf(delegation.from, me.name, "you")}
              </h3>
              <p>{delegation.reason}</p>
              <p className="muted small">
                {Date.parse(delegation.until) > now ? "until " : "ended "}
                <Moment at={delegation.until} />, since <Moment at={delegation.since} />
              </p>
              <EndButton delegation={delegation} onEnded={onEnded} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** For either of the two, and for who administers. */
function EndButton({ delegation, onEnded }: { delegation: Delegation; onEnded(): Promise<void> }) {
  const { me } = useSession();
  const mayDecide = useMay("decide");
  const mayAdminister = useMay("administer");
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const { id, from, to } = delegation;
  if (!mayDecide || (!mayAdminister && ![from, to].includes(me.name))) return null;

  async function end() {
    setIsSending(true);
    setProblem(undefined);
    try {
      await request("DELETE", `/api/delegations/${id}`);
      await onEnded();
    } catch (error) {
      setProblem(problemOf(error));
    }
    setIsSending(false);
  }

  return (
    <>
      {problem && <ProblemNote problem={problem} />}
      <button
        type="button"
        className="button"
        disabled={isSending}
        onClick={end}
        aria-label={`End now: ${nameOf(to, me.name)} for ${nameOf(from, me.name, "you")}`}
      >
        {isSending ? "One moment…" : "End now"}
      </button>
    </>
  );
}

function nameOf(name: string, mine: string, you = "You"): string {
  return name === mine ? you : name;
}

function NewStandIn({ onDone }: { onDone(): Promise<void> }) {
  const id = useId();
  const [to, setTo] = useState("");
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const [state, setState] = useState<"writing" | "sending" | "sent">("writing");
  const [problem, setProblem] = useState<Problem>();

  async function send(event: FormEvent) {
    event.preventDefault();
    setState("sending");
    setProblem(undefined);
    const body: NewDelegation = {
      to: to.trim(),
      until: new Date(until).toISOString(),
      reason: reason.trim(),
    };
    try {
      await request("POST", "/api/delegations", { body });
      setTo("");
      setReason("");
      setState("sent");
      await onDone();
    } catch (error) {
      setProblem(problemOf(error));
      setState("writing");
    }
  }

  return (
    <section aria-labelledby="new-stand-in">
      <h2 id="new-stand-in">Let somebody decide in your place</h2>
      <form className="card stand-in-form" onSubmit={send}>
        <label htmlFor={`${id}-to`}>Who (their name in Holt)</label>
        <input
          id={`${id}-to`}
          required
          maxLength={80}
          autoComplete="off"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
        <label htmlFor={`${id}-until`}>Until</label>
        <input
          id={`${id}-until`}
          type="datetime-local"
          required
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
        <label htmlFor={`${id}-reason`}>Why</label>
        <input
          id={`${id}-reason`}
          required
          maxLength={2_000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {problem && <ProblemNote problem={problem} />}
        <div className="buttons">
          <button type="submit" className="button primary" disabled={state === "sending"}>
            {state === "sending" ? "One moment…" : "Let them decide"}
          </button>
        </div>
        <p role="status" className="hint">
          {state === "sent"
            ? "Done. It stands below."
            : "It is kept in the audit log with your name. You may still decide yourself."}
        </p>
      </form>
    </section>
  );
}
