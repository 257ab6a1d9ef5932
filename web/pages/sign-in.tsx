import { type FormEvent, useEffect, useState } from "react";
import type { Problem, SignInProvider } from "../../core/api.ts";
import { problemOf, request } from "../lib/request.ts";
import { signIn } from "../lib/session.ts";
import { ProblemNote } from "../parts/notice.tsx";

/** Takes a token, or sends to the sign-in provider if there is one. It stands in for any page while nobody is signed in, and the page comes back afterwards. */
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
      <ProviderLink />
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

/** To the provider and back to this page; nothing while none is set, or it isn't known. */
function ProviderLink() {
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    request<SignInProvider>("GET", "/api/sign-in/provider")
      .then((provider) => setName(provider.name))
      .catch(() => setName(null)); // a token still works
  }, []);
  if (name === null) return null;
  const here = location.pathname + location.search + location.hash;
  return (
    <p>
      <a className="button primary" href={`/api/sign-in?to=${encodeURIComponent(here)}`}>
        Sign in with {name}
      </a>
    </p>
  );
}
