import { join } from "node:path";
import type { Command } from "commander";
import { plural } from "../../core/words.ts";
import { requireAuditor } from "../../operations/audit-access.ts";
import { PUBLIC_KEY_FILE, readCheckpointLines } from "../../operations/audit-checkpoint-file.ts";
import { readPublicKeys } from "../../operations/audit-keys.ts";
import { findCheckpointFolder } from "../../operations/audit-settings.ts";
import { type AuditVerification, verifyAudit } from "../../operations/audit-verify.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { clean, paint } from "../print/style.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function auditVerifyCommand(): Command {
  return holtCommand("verify", {
    description: "Find what was edited, removed, put in, moved, cut off or built anew in the audit log",
    examples: [
      "holt audit verify",
      "holt audit verify --checkpoints /mnt/audit --key auditor/public-key.pem",
    ],
  })
    .option(
      "--checkpoints <folder>",
      "the signed checkpoints (default: HOLT_AUDIT_FOLDER, else those of `holt dev`)",
    )
    .option("--key <file>", `public key that signed them (default: ${PUBLIC_KEY_FILE} beside them)`)
    .action(printing(verify));
}

async function verify(options: { checkpoints?: string; key?: string }): Promise<CommandResult> {
  const found = await withSession(async ({ database, settings, actor }) => {
    await requireAuditor(database, { hasToken: settings.token !== undefined, actor });
    const folder = options.checkpoints ?? findCheckpointFolder(process.env, settings.home);
    const outside = folder && {
      lines: await readCheckpointLines(folder),
      keys: await readPublicKeys(options.key ?? join(folder, PUBLIC_KEY_FILE)),
    };
    return verifyAudit(database, outside || undefined);
  });
  return { text: describe(found), data: found, exitCode: found.intact ? EXIT.done : EXIT.failed };
}

function describe(found: AuditVerification): string {
  const { entries, newestCheckpoint, faults, faultCount } = found;
  const outside = newestCheckpoint
    ? `${plural(found.checkpoints, "signed checkpoint")}, the newest of ${formatTime(newestCheckpoint.at)} at position ${newestCheckpoint.position}.`
    : "No checkpoints: a cut end or a chain built anew cannot be seen without them.";
  const verdict = found.intact
    ? paint(
        "green",
        `The audit log is as it was written: ${plural(entries, "entry", "entries")} without a gap.`,
      )
    : paint("red", `The audit log was changed: ${plural(faultCount, "fault")}.`);
  const more = faultCount > faults.length ? [`… and ${faultCount - faults.length} more`] : [];
  return [verdict, outside, ...faults.map(({ message }) => `  ${clean(message)}`), ...more].join("\n");
}
