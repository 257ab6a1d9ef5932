import { type FormEvent, useEffect, useState } from "react";
import type { Problem } from "../../core/api.ts";
import { problemOf } from "../lib/request.ts";
import { signIn } from "../lib/session.ts";
import { ProblemNote } from "../parts/notice.tsx";

/** Takes a token. It stands in for any page while nobody is signed in, and the page comes back afterwards. */
export function SignIn(props: { problem: Problem | undefined; onSignedIn(): Promise<void> }) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(props.problem);
  const [sending, setSending] = useState(false);
  useEffect(() => {
    document.title = "Sign in · Holt";
  }, []);
  useEffect(() => setProblem(props.problem), [props.problem]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (token.trim() === "") return;
    setSending(true);
    try {
      await signIn({ token: token.trim() });
      await props.onSignedIn();
    } catch (error) {
      setProblem(problemOf(error));
      setSending(false);
    }
  }

  return (
    <main className="narrow">
      <p className="brand big">
        <img src="/favicon.svg" width="32" height="32" alt="" />
        Holt
      </p>
      <h1>Sign in</h1>
      {problem && <ProblemNote problem={problem} />}
      <form className="card" onSubmit={submit}>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          value={token}
          aria-describedby="token-hint"
          onChange={(event) => setToken(event.target.value)}
        />
        <p className="hint" id="token-hint">
          An administrator gives you one with <code>holt tokens issue</code>. Links that Holt prints sign you
          in by themselves, once.
        </p>
        <button type="submit" className="button primary" disabled={sending}>
          {sending ? "One moment…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}
