import { useCallback, useEffect, useState } from "react";
import type { Me, Problem } from "../core/api.ts";
import { Frame } from "./frame.tsx";
import { problemOf, request } from "./lib/request.ts";
import { navigate, useAddress } from "./lib/router.ts";
import { SessionContext, signInByFragment } from "./lib/session.ts";
import { SignIn } from "./pages/sign-in.tsx";
import { ProblemNote } from "./parts/notice.tsx";
import { findPage } from "./routes.tsx";

type Who =
  | { state: "asking" }
  | { state: "in"; me: Me }
  | { state: "out" }
  | { state: "lost"; problem: Problem };

/** Who is signed in decides what is shown: a page, or the way to sign in, at the same address. */
export function App(props: { signInProblem: Problem | undefined }) {
  const [who, setWho] = useState<Who>({ state: "asking" });
  const [signInProblem, setSignInProblem] = useState(props.signInProblem);
  const { path } = useAddress();

  const refresh = useCallback(async () => {
    try {
      setWho({ state: "in", me: await request<Me>("GET", "/api/me") });
    } catch (error) {
      const problem = problemOf(error);
      setWho(problem.status === 401 ? { state: "out" } : { state: "lost", problem });
    }
  }, []);
  useEffect(() => void refresh(), [refresh]);
  // a sign-in link opened in a tab that shows these pages already changes the fragment only
  useEffect(() => {
    const onFragment = () => {
      if (location.hash.startsWith("#sign-in=")) void signInByFragment().then(setSignInProblem).then(refresh);
    };
    addEventListener("hashchange", onFragment);
    return () => removeEventListener("hashchange", onFragment);
  }, [refresh]);

  async function onSignedIn() {
    setSignInProblem(undefined);
    if (path === "/sign-in") navigate("/", "replace");
    await refresh();
  }

  if (who.state === "asking")
    return (
      <p className="loading" role="status">
        Loading…
      </p>
    );
  if (who.state === "lost")
    return (
      <main className="narrow">
        <h1>Holt</h1>
        <ProblemNote problem={who.problem} onRetry={() => void refresh()} />
      </main>
    );
  if (who.state === "out" || path === "/sign-in")
    return <SignIn problem={signInProblem} onSignedIn={onSignedIn} />;
  return (
    <SessionContext value={{ me: who.me, refresh }}>
      <Frame
        // another person may do other things: nothing of what was asked for the one before stays
        key={who.me.name}
        path={path}
      >
        {signInProblem && <ProblemNote problem={signInProblem} />}
        {findPage(path)}
      </Frame>
    </SessionContext>
  );
}
