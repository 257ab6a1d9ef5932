import { Fragment, type ReactNode } from "react";
import { matchPath } from "./lib/router.ts";
import { IncidentPage } from "./pages/incident.tsx";
import { IncidentsPage } from "./pages/incidents.tsx";
import { MonitorPage } from "./pages/monitor.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { ReviewsPage } from "./pages/reviews.tsx";
import { RunsPage } from "./pages/runs.tsx";
import { VersionsPage } from "./pages/versions.tsx";
import { LazyPage } from "./parts/lazy-page.tsx";

const loadAudit = async () => (await import("./pages/audit.tsx")).AuditPage;
const loadExperiment = async () => (await import("./pages/experiment.tsx")).ExperimentPage;
const loadExperiments = async () => (await import("./pages/experiments.tsx")).ExperimentsPage;
const loadReview = async () => (await import("./pages/review.tsx")).ReviewPage;
const loadRun = async () => (await import("./pages/run.tsx")).RunPage;
const loadVersion = async () => (await import("./pages/version.tsx")).VersionPage;
const loadStandIns = async () => (await import("./pages/stand-ins.tsx")).StandInsPage;

const ROUTES: Record<string, (params: Record<string, string>) => ReactNode> = {
  "/": () => <OverviewPage />,
  "/runs": () => <RunsPage />,
  "/runs/:id": ({ id = "" }) => <LazyPage load={loadRun} with={{ runId: id }} />,
  "/runs/:id/review": ({ id = "" }) => <LazyPage load={loadReview} with={{ runId: id }} />,
  "/reviews": () => <ReviewsPage />,
  "/stand-ins": () => <LazyPage load={loadStandIns} with={{}} />,
  "/models/:model": ({ model = "" }) => <VersionsPage model={model} />,
  "/models/:model/versions": ({ model = "" }) => <VersionsPage model={model} />,
  "/models/:model/versions/:version": ({ model = "", version = "" }) => (
    <LazyPage load={loadVersion} with={{ model, version }} />
  ),
  "/models/:model/monitor": ({ model = "" }) => <MonitorPage model={model} />,
  "/experiments": () => <LazyPage load={loadExperiments} with={{}} />,
  "/experiments/:id": ({ id = "" }) => <LazyPage load={loadExperiment} with={{ id }} />,
  "/incidents": () => <IncidentsPage />,
  "/audit": () => <LazyPage load={loadAudit} with={{}} />,
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
