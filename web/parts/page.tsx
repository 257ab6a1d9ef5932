import { type ReactNode, useEffect, useRef } from "react";
import type { Resource } from "../lib/resource.ts";
import { hasNavigated } from "../lib/router.ts";
import { ProblemNote } from "./notice.tsx";

export interface Crumb {
  href: string;
  label: string;
}

/**
 * A page: its title in the window and as heading. The heading takes the focus when the person came here by a link, so
 * that keyboard and screen reader start at the top.
 */
export function Page(props: {
  title: string;
  heading?: ReactNode;
  crumbs?: Crumb[];
  aside?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · Holt`;
  }, [props.title]);
  useEffect(() => {
    if (hasNavigated()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      {props.crumbs && (
        <nav className="crumbs" aria-label="Where this page is">
          <ol>
            {props.crumbs.map(({ href, label }) => (
              <li key={href}>
                <a href={href}>{label}</a>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {props.heading ?? props.title}
        </h1>
        {props.aside}
      </div>
      {props.children}
    </>
  );
}

/** What a resource has to show: the answer; else that it is on its way, or why it isn't there. Never a blank page. */
export function Loaded<T>(props: { from: Resource<T>; children: (value: T) => ReactNode }) {
  const { value, problem, reload } = props.from;
  if (value === undefined)
    return problem ? (
      <ProblemNote problem={problem} onRetry={() => void reload()} />
    ) : (
      <p className="loading" role="status">
        Loading…
      </p>
    );
  return (
    <>
      {problem && <ProblemNote problem={{ ...problem, title: "What you see may be out of date" }} />}
      {props.children(value)}
    </>
  );
}
