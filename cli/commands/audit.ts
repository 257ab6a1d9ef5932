import type { Command } from "commander";
import { commandGroup } from "../command.ts";
import { auditShowCommand } from "./audit-show.ts";
import { auditVerifyCommand } from "./audit-verify.ts";

export function auditCommand(): Command {
  return commandGroup("audit", {
    description: "Check the log that only grows, and tell what it has of a version",
    examples: ["holt audit verify", "holt audit show movies"],
  })
    .addCommand(auditShowCommand())
    .addCommand(auditVerifyCommand());
}
