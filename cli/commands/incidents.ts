import { type Command, Option } from "commander";
import { toldWords } from "../../core/alert-told.ts";
import type { AlertRecord } from "../../core/alerts-api.ts";
import type { Incident, MonitorCheck, NewActionVerdict } from "../../core/api.ts";
import { actionSentence, canSettle } from "../../core/incident-action-words.ts";
import { listAlerts } from "../../db/views/alerts.ts";
import { getIncident, listIncidents } from "../../db/views/incidents.ts";
import { acknowledgeIncident, settleIncidentAction } from "../../operations/incidents.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawChecks } from "../print/checks.ts";
import { clean, paint } from "../print/style.ts";
import { drawPairs, drawTable } from "../print/table.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";
import { postmortemCommand } from "./incident-postmortem.ts";

interface Options {
  model?: string;
  state?: Incident["state"];
}

export function incidentsCommand(): Command {
  return holtCommand("incidents", {
    description: "List hidden failures that the monitor found",
    examples: ["holt incidents --state open", "holt incidents show 3"],
  })
    .option("--model <model>", "only this model's")
    .addOption(
      new Option("--state <state>", "only those in this state").choices(["open", "acknowledged", "resolved"]),
    )
    .action(printing(list))
    .addCommand(showCommand())
    .addCommand(ackCommand())
    .addCommand(postmortemCommand())
    .addCommand(
      settleCommand(
        "undo",
        "Undo what Holt did about an incident by itself",
        "is undone",
        "the lists are fine",
      ),
    )
    .addCommand(
      settleCommand(
        "keep",
        "Have what Holt did about an incident stay, also when its cause is gone",
        "stays",
        "version 2 is better",
      ),
    );
}

async function list(options: Options): Promise<CommandResult> {
  const incidents = await withSession(({ database }) => listIncidents(database.db, options));
  const rows = incidents.map((incident) => [
    incident.id,
    incident.state,
    incident.severity,
    incident.model,
    incident.cause,
    formatTime(incident.openedAt),
    incident.title,
  ]);
  return {
    text:
      incidents.length === 0
        ? "No incidents."
        : drawTable(["incident", "state", "severity", "model", "cause", "opened", "what"], rows),
    data: incidents,
  };
}

function showCommand(): Command {
  return holtCommand("show", {
    description: "Show an incident: its cause, and every check that it breaks",
    examples: ["holt incidents show 3"],
  })
    .argument("<id>", 'an incident of "holt incidents"', parseCount)
    .action(
      printing(async (id: number) => {
        const { incident, alerts } = await withSession(async ({ database: { db } }) => ({
          incident: await getIncident(db, id),
          alerts: await listAlerts(db, { incident: id }),
        }));
        return { text: drawIncident(incident, alerts), data: { ...incident, alerts } };
      }),
    );
}

function ackCommand(): Command {
  return holtCommand("ack", {
    description: "Say that you look after an incident",
    examples: ["holt incidents ack 3"],
  })
    .argument("<id>", 'an incident of "holt incidents"', parseCount)
    .action(
      printing(async (id: number) => {
        const incident = await withSession(async (session) =>
          acknowledgeIncident(session, await session.actor(), id),
        );
        return { text: `incident ${id}: ${incident.acknowledgedBy} looks after it`, data: incident };
      }),
    );
}

function settleCommand(
  verdict: NewActionVerdict["verdict"],
  description: string,
  outcome: string,
  reason: string,
): Command {
  return holtCommand(verdict, {
    description,
    examples: [`holt incidents ${verdict} 3 go_back --reason "${reason}"`],
  })
    .argument("<id>", 'an incident of "holt incidents"', parseCount)
    .argument("<action>", 'an action of "holt incidents show", by its name')
    .requiredOption("--reason <text>", "why; kept in the audit log")
    .action(
      printing(async (id: number, action: string, { reason }: { reason: string }) => {
        const incident = await withSession(async (session) =>
          settleIncidentAction(session, await session.actor(), id, action, { verdict, reason }),
        );
        return { text: `incident ${id}: action ${action} ${outcome}`, data: incident };
      }),
    );
}

function drawIncident(incident: Incident, alerts: readonly AlertRecord[]): string {
  return [
    paint("bold", clean(incident.title)),
    drawPairs([
      ["incident", String(incident.id)],
      ["model", incident.model],
      ["state", incident.state],
      ["severity", incident.severity],
      ["cause", incident.cause],
      ["opened", formatTime(incident.openedAt)],
      ["last seen", formatTime(incident.lastSeenAt)],
      ["looked after by", incident.acknowledgedBy],
      ["resolved", formatTime(incident.resolvedAt)],
      ["runbook", incident.runbook],
    ]),
    ...drawActions(incident),
    ...drawAlerts(alerts),
    "",
    drawMonitorChecks(incident.symptoms),
  ].join("\n");
}

/** What Holt did by itself, with the commands for what is left to a person. */
function drawActions({ id, actions }: Incident): string[] {
  if (actions.length === 0) return [];
  const open = actions.filter((action) => canSettle(action) && action.state === "taken");
  return [
    "",
    paint("bold", "What Holt did"),
    ...actions.map((action) => `${formatTime(action.at)}  ${clean(actionSentence(action))}`),
    ...open.map(({ name }) => `  "holt incidents undo ${id} ${name}", or "keep" in place of "undo"`),
  ];
}

/** Who was told, and who was to be. */
function drawAlerts(alerts: readonly AlertRecord[]): string[] {
  if (alerts.length === 0) return [];
  return [
    "",
    paint("bold", "Who was told"),
    ...[...alerts]
      .reverse()
      .map((alert) => `${formatTime(alert.deliveredAt ?? alert.at)}  ${clean(toldWords(alert))}`),
  ];
}

/** The monitor's checks as text. */
export function drawMonitorChecks(checks: readonly MonitorCheck[]): string {
  const shown = checks.map(({ value, threshold, cause, ...check }) => ({
    ...check,
    found: value,
    wanted: threshold,
    aside: cause,
  }));
  return drawChecks(shown, "cause");
}
