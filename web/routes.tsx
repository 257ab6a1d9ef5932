import { Fragment, type ReactNode } from "react";
import { matchPath } from "./lib/router.ts";
import { AuditPage } from "./pages/audit.tsx";
import { IncidentPage } from "./pages/incident.tsx";
import { IncidentsPage } from "./pages/incidents.tsx";
import { MonitorPage } from "./pages/monitor.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { ReviewPage } from "./pages/review.tsx";
import { ReviewsPage } from "./pages/reviews.tsx";
import { RunPage } from "./pages/run.tsx";
import { RunsPage } from "./pages/runs.tsx";
import { StandInsPage } from "./pages/stand-ins.tsx";
import { VersionsPage } from "./pages/versions.tsx";

const ROUTES: Record<string, (params: Record<string, string>) => ReactNode> = {
  "/": () => <OverviewPage />,
  "/runs": () => <RunsPage />,
  "/runs/:id": ({ id = "" }) => <RunPage runId={id} />,
  "/runs/:id/review": ({ id = "" }) => <ReviewPage runId={id} />,
  "/reviews": () => <ReviewsPage />,
  "/stand-ins": () => <StandInsPage />,
  "/models/:model": ({ model = "" }) => <VersionsPage model={model} />,
  "/models/:model/versions": ({ model = "" }) => <VersionsPage model={model} />,
  "/models/:model/monitor": ({ model = "" }) => <MonitorPage model={model} />,
  "/incidents": () => <IncidentsPage />,
  "/audit": () => <AuditPage />,
  "/incidents/:id": ({ id = "" }) => <IncidentPage id={id} />,
};

/** The page at a path, fresh for each path. */
export function findPage(path: string): ReactNode {
  for (const [pattern, page] of Object.entries(ROUTES)) {
    const params = matchPath(pattern, path);
    if (params) return <Fragment key={path}>{page(params)}</Fragment>;
  }
  return <NotFoundPage />;
}
