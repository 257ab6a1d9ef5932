import { listFailedNotices } from "../../db/notices.ts";
import { openMailer } from "../../notify/mail.ts";
import { readNotifySettings } from "../../notify/settings.ts";
import type { Session } from "../session.ts";
import { type Finding, fine, unsure, wordsOf } from "./finding.ts";

/** Whether those who decide are told: the mail server where one is set, and what could not be sent. */
export async function checkNotices({ database }: Session): Promise<Finding[]> {
  const { smtpUrl } = readNotifySettings();
  const failed = await listFailedNotices(database.db);
  const [first] = failed;
  return [
    ...(smtpUrl ? [await checkMailServer(smtpUrl)] : []),
    first
      ? unsure(
          "notices",
          `${failed.length} could not be sent; ${first.channel} to ${first.recipient} of run ${first.run_id}: ${first.problem}`,
          "mend what it says; workers try again by themselves",
        )
      : fine("notices", "none waits that could not be sent"),
  ];
}

async function checkMailServer(smtpUrl: string): Promise<Finding> {
  const what = "mail server";
  try {
    await openMailer(smtpUrl).check();
    return fine(what, "takes mail");
  } catch (error) {
    return unsure(what, wordsOf(error), "start it, or correct HOLT_SMTP_URL");
  }
}
