import type { Command } from "commander";
import { findHome, findStack } from "../../store/settings.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import type { Finding } from "../doctor/finding.ts";
import { missing } from "../doctor/finding.ts";
import { checkBrowser, checkFolder, checkNode, checkPorts, checkTemporalCommand } from "../doctor/machine.ts";
import { checkNotices } from "../doctor/notices.ts";
import { checkDatabase, checkServer, checkTemporal, checkToken } from "../doctor/parts.ts";
import { EXIT } from "../exit-codes.ts";
import { paint, type Style } from "../print/style.ts";
import { drawTable } from "../print/table.ts";
import { type Session, withSession } from "../session.ts";

/** Where the local parts' ports begin to be looked for. */
const LOCAL_PORTS = [7400, 7233, 8233, 5433];

const STYLES: Record<Finding["verdict"], Style> = { fine: "green", unsure: "yellow", missing: "red" };

export function doctorCommand(): Command {
  return holtCommand("doctor", {
    description: "Check all that Holt needs, and say what to do about what is missing",
    examples: ["holt doctor", "holt doctor --json"],
  }).action(printing(examine));
}

async function examine(): Promise<CommandResult> {
  const findings = [...(await checkMachine()), ...(await checkInstallation())];
  const isWell = findings.every(({ verdict }) => verdict !== "missing");
  const rows = findings.map(({ what, verdict, found, remedy }) => [
    what,
    { text: verdict, style: STYLES[verdict] },
    found,
    remedy,
  ]);
  const end = isWell ? paint("green", "Nothing is missing.") : paint("red", "Something is missing.");
  return {
    text: `${drawTable(["what", "verdict", "found", "what to do"], rows)}\n\n${end}`,
    data: findings,
    exitCode: isWell ? EXIT.done : EXIT.failed,
  };
}

function checkMachine(): Promise<Finding[]> {
  const ports = checkPorts(LOCAL_PORTS, ownPorts());
  return Promise.all([checkNode(), checkTemporalCommand(), ports, checkBrowser()]);
}

/** Of the local parts that were started here; none when they ended in peace. */
function ownPorts(): number[] {
  const stack = findStack(findHome());
  if (!stack) return [];
  const { databaseUrl, temporalAddress, temporalUiUrl, serverUrl } = stack;
  return [databaseUrl, `http://${temporalAddress}`, temporalUiUrl, serverUrl].flatMap((url) => {
    const port = Number((url !== undefined && URL.parse(url)?.port) || Number.NaN);
    return Number.isInteger(port) ? [port] : [];
  });
}

/** The installation that the settings name; without one there is nothing more to check. */
async function checkInstallation(): Promise<Finding[]> {
  try {
    return await withSession(checkParts);
  } catch (error) {
    return [
      missing(
        "installation",
        (error as Error).message.split("; ")[0] ?? "",
        'start one with "holt dev", or set DATABASE_URL',
      ),
    ];
  }
}

async function checkParts(session: Session): Promise<Finding[]> {
  const { settings } = session;
  const [database, temporal, server, folder] = await Promise.all([
    checkDatabase(session),
    checkTemporal(session),
    checkServer(settings),
    checkFolder("artifacts", settings.artifactsFolder),
  ]);
  const canAsk = database.every(({ verdict }) => verdict === "fine");
  const asked = canAsk ? [await checkToken(session, settings), ...(await checkNotices(session))] : [];
  return [...database, ...temporal, server, folder, ...asked];
}
