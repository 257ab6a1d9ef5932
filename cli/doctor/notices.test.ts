/** What `holt doctor` says of those who could not be told. */
import { beforeEach, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../../tests/support/database.ts";
import { envOf, holt } from "../../tests/support/holt.ts";
import { mailServer } from "../../tests/support/mail-server.ts";
import { FROM, notifyTo, rulesWith, tell } from "../../tests/support/notified-run.ts";
import { addReviewedRun, addTestPerson } from "../../tests/support/reviewed-run.ts";
import type { Finding } from "./finding.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});

/** What it found about notices and their mail server. */
async function findings(change: Record<string, string> = {}): Promise<Finding[]> {
  const end = await holt(["doctor", "--json"], { ...(await envOf(database, "viewer")), ...change });
  const found = JSON.parse(end.stdout) as Finding[];
  return found.filter(({ what }) => ["notices", "mail server"].includes(what));
}

it("finds nothing amiss while everybody could be told, and looks at no mail server that isn't set", async () => {
  expect(await findings()).toEqual([
    { what: "notices", verdict: "fine", found: "none waits that could not be sent", remedy: "" },
  ]);
});

it("names who could not be told, of which run, and why; and that the mail server takes mail again", async () => {
  const { name } = await addTestPerson(database.db, "reviewer", { email: "rita@films.example" });
  const { runId } = await addReviewedRun(database.db, {
    rules: rulesWith({ notify: { mail: { from: FROM } } }),
  });
  await tell(database, runId, notifyTo({ smtpUrl: "smtp://127.0.0.1:1" }));
  const { port } = await mailServer();
  expect(await findings({ HOLT_SMTP_URL: `smtp://127.0.0.1:${port}` })).toEqual([
    { what: "mail server", verdict: "fine", found: "takes mail", remedy: "" },
    {
      what: "notices",
      verdict: "unsure",
      found: expect.stringMatching(
        new RegExp(`^1 could not be sent; mail to ${name} of run ${runId}: mail: could not be sent`),
      ),
      remedy: "mend what it says; workers try again by themselves",
    },
  ]);
});

it("says that the mail server cannot be reached", async () => {
  expect((await findings({ HOLT_SMTP_URL: "smtp://127.0.0.1:1" }))[0]).toMatchObject({
    what: "mail server",
    verdict: "unsure",
    remedy: "start it, or correct HOLT_SMTP_URL",
  });
});
