import type { ReactNode } from "react";
import { signOut, useMay, useSession } from "./lib/session.ts";

const PLACES = [
  { href: "/", label: "Overview" },
  { href: "/runs", label: "Runs" },
  { href: "/reviews", label: "Reviews" },
  { href: "/experiments", label: "Experiments" },
  { href: "/incidents", label: "Incidents" },
];

/** What stands around every page: where one can go, who is signed in. */
export function Frame({ path, children }: { path: string; children: ReactNode }) {
  const { me, refresh } = useSession();
  const places = useMay("audit") ? [...PLACES, { href: "/audit", label: "Audit" }] : PLACES;
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <div className="top-inner">
          <a className="brand" href="/">
            <img src="/favicon.svg" width="24" height="24" alt="" />
            Holt
          </a>
          <nav aria-label="Main">
            <ul>
              {places.map(({ href, label }) => (
                <li key={href}>
                  <a href={href} aria-current={isIn(path, href) ? "page" : undefined}>
                    {label}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div className="who">
            <span title={`Signed in as ${me.name}`}>
              {me.name} <span className="muted">{me.roles.join(", ")}</span>
            </span>
            <button
              type="button"
              className="button small"
              onClick={() => void signOut().then(refresh, refresh)}
            >
              Sign out
            </button>
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function isIn(path: string, href: string): boolean {
  if (href === "/reviews") return path === href || path === "/stand-ins" || path.endsWith("/review");
  if (href === "/runs") return path === href || (path.startsWith("/runs/") && !path.endsWith("/review"));
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
