import { type ComponentType, createElement, useEffect, useState } from "react";
import type { Problem } from "../../core/api.ts";
import { problemOf } from "../lib/request.ts";
import { ProblemNote } from "./notice.tsx";

const TRY_AGAIN =
  "Holt's server could not be reached, or has other pages by now; try again, all is loaded anew";

/**
 * A page whose script comes when somebody opens it. Where it doesn't come, a try again loads everything anew: the server may
 * have other pages by now, or was away.
 * @param props.load the same function each time
 */
export function LazyPage<Props extends object>(props: {
  load: () => Promise<ComponentType<Props>>;
  with: Props;
}) {
  const { load } = props;
  const [page, setPage] = useState<{ is: ComponentType<Props> }>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    load().then(
      (is) => setPage({ is }),
      (error: unknown) =>
        setProblem({ ...problemOf(error), title: "This page could not be loaded", detail: TRY_AGAIN }),
    );
  }, [load]);
  if (page) return createElement(page.is, props.with);
  if (problem) return <ProblemNote problem={problem} onRetry={() => location.reload()} />;
  return (
    <p className="loading" role="status">
      Loading…
    </p>
  );
}
