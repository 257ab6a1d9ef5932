import { runMonitor } from "../../cli/commands/monitor.ts";
import type { MonitorRun } from "../../core/api.ts";
import { listIncidents } from "../../db/views/incidents.ts";
import { listMonitorRuns } from "../../db/views/monitor.ts";
import { MODEL, type Stage } from "./stage.ts";

const CAUSE = "source:titles";

/** Runs the monitor on healthy data. @throws a check doesn't pass, or an incident stays open */
export async function watchHealthy(stage: Stage): Promise<void> {
  const { verdict, checks } = await look(stage);
  sayChecks(stage, checks);
  if (verdict !== "pass")
    throw new Error(`monitor "${MODEL}": ${verdict}, though both files were just delivered`);
  const open = await listOpen(stage);
  if (open.length > 0) throw new Error(`incident ${open[0]?.id}: is still open, though every check passes`);
}

/** Runs the monitor after the titles stopped, and shows the incident that it opens. @throws it opens none */
export async function watchIncident(stage: Stage): Promise<void> {
  const { narrator, stack } = stage;
  const { verdict, checks } = await look(stage);
  sayChecks(stage, checks);
  const incident = (await listOpen(stage)).find(({ cause }) => cause === CAUSE);
  if (verdict !== "fail" || !incident)
    throw new Error(
      `monitor "${MODEL}": opened no incident for ${CAUSE}, though the titles stopped (${verdict})`,
    );
  narrator.say(`Incident ${incident.id}: ${incident.title}.`);
  narrator.show(`${stack.settings.serverUrl}/incidents/${incident.id}`);
}

async function look(stage: Stage): Promise<MonitorRun> {
  await runMonitor(stage, MODEL);
  stage.signal.throwIfAborted();
  const [newest] = await listMonitorRuns(stage.database.db, MODEL);
  if (!newest) throw new Error(`monitor "${MODEL}": left nothing; see "${stage.stack.logFolder}/worker.log"`);
  return newest;
}

function sayChecks({ narrator }: Stage, checks: MonitorRun["checks"]): void {
  for (const { verdict, explanation } of checks) narrator.say(`  ${verdict}: ${explanation}`);
}

function listOpen({ database }: Stage) {
  return listIncidents(database.db, { model: MODEL, state: "open" });
}
