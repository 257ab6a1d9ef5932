/** People are told of a review while its workflow waits: real workers with a worker's rights, real mail. */
import { expect, it, onTestFinished, vi } from "vitest";
import { addActor } from "../support/actors.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { mailServer } from "../support/mail-server.ts";
import { ALWAYS, FROM } from "../support/notified-run.ts";
import { approve, operationsOf, start, untilRun } from "../support/runs.ts";
import { openStage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { startWorkers } from "../support/workers.ts";

const OPENED = "shelf: a new version waits for your decision";
const REMINDER = "Reminder: a new version of shelf still waits for your decision";

it("tells reviewers, reminds them again and again, escalates once, and tells all of the end, and then nobody", async () => {
  const mail = await mailServer();
  vi.stubEnv("HOLT_SMTP_URL", `smtp://127.0.0.1:${mail.port}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const stage = await openStage();
  const stopWorkers = await startWorkers(stage);
  onTestFinished(async () => {
    await stopWorkers();
    await stage.close();
  });
  const { db } = stage.database;
  await addActor(operationsOf(stage), "viewer", { name: "boss" });
  for (const name of ["rita", "erin", "boss"])
    await db
      .updateTable("person")
      .set({ email: `${name}@films.example` })
      .where("name", "=", name)
      .execute();
  const to = (name: string) =>
    mail.received.filter((one) => one.to.includes(`${name}@films.example`)).map((one) => one.mail.subject);
  await stage.apply({
    review: {
      expiresAfter: "5 min",
      workingHours: ALWAYS,
      remindAfter: "1 s",
      escalate: { after: "2 s", to: ["boss"] },
      notify: { mail: { from: FROM } },
    },
  });
  const run = await start(stage, { baselineOnly: true, runKey: "told" });
  await untilRun(stage, run, "waiting_for_review");
  await until("two reminders", async () => to("rita").filter((subject) => subject === REMINDER).length > 1);
  await until("the escalation", async () => to("boss").length > 0);
  expect(await approve(stage, run)).toMatchObject({ outcome: "deployed" });
  const approved = "shelf: the new version was approved by rita";
  const [opened, ...later] = to("rita");
  expect([opened, later.at(-1)]).toEqual([OPENED, approved]);
  expect(new Set(later.slice(0, -1))).toEqual(new Set([REMINDER]));
  expect(to("erin")).toEqual([approved]);
  expect(to("boss")).toEqual([expect.stringMatching(/^shelf: nobody has decided since /)]);
  await expectNoTaskFailed(run.workflow);
});
