import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../db/connection.ts";
import { addDefinition, setCurrentDefinition } from "../db/definitions.ts";
import { digestOf } from "../store/digest.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { webhookReceiver } from "../tests/support/webhook-receiver.ts";
import { readHeartbeatUrl, startWatchdog } from "./watchdog.ts";

async function start(heartbeatUrl: string | undefined, url?: string) {
  const database = url ? openDatabase(url, { applicationName: "holt-test" }) : await testDatabase();
  const problems: string[] = [];
  const watchdog = startWatchdog(
    { database },
    {
      ...{ heartbeatUrl, everyMs: 20, firstAfterMs: 0 },
      ...{ onProblem: (problem) => problems.push(problem), onOpened: () => {} },
    },
  );
  onTestFinished(watchdog.close);
  if (url) onTestFinished(database.close);
  return { watchdog, problems };
}

it("beats after each round, and says once that nobody hears it", async () => {
  const receiver = await webhookReceiver();
  const { watchdog, problems } = await start(receiver.url);
  await expect.poll(() => receiver.received.length).toBeGreaterThan(2);
  expect(watchdog.problem()).toBeNull();
  receiver.answers.push(...Array.from({ length: 1_000 }, () => 503));
  await expect.poll(() => watchdog.problem()).toBe("HOLT_HEARTBEAT_URL: answered 503");
  const heard = receiver.received.length;
  await expect.poll(() => receiver.received.length).toBeGreaterThan(heard + 2);
  expect(problems).toEqual(["HOLT_HEARTBEAT_URL: answered 503"]);
});

it("says where alerts go to the log alone, and is silent while they cannot be delivered", async () => {
  const receiver = await webhookReceiver();
  const database = await testDatabase();
  const alerts = { webhook: { url: "http://10.0.0.1/hooks", secretEnv: "HOLT_WATCHDOG_SECRET" } };
  const definition = smallDefinitionParsed({ alerts });
  const digest = digestOf(definition);
  await addDefinition(database.db, { digest, model: "shop", body: definition, folder: "." });
  await setCurrentDefinition(database.db, "shop", digest);
  await database.db
    .updateTable("model")
    .set({ applied_at: new Date(0) })
    .execute();
  const { watchdog, problems } = await start(receiver.url, database.url);
  await expect
    .poll(() => watchdog.problem())
    .toBe("an alert could not be delivered; the server's log says why");
  expect(problems[0]).toMatch(/HOLT_WATCHDOG_SECRET is not set here/);
  expect(receiver.received).toEqual([]);
});

it("is silent when it cannot look, which is what is noticed outside", async () => {
  const receiver = await webhookReceiver();
  const { watchdog } = await start(receiver.url, "postgresql://holt:none@127.0.0.1:1/none");
  await expect.poll(() => watchdog.problem()).toMatch(/ECONNREFUSED/);
  expect(receiver.received).toEqual([]);
});

it("says that the heartbeat's address cannot be reached, and refuses what is none", async () => {
  const { watchdog } = await start("http://127.0.0.1:1/");
  await expect.poll(() => watchdog.problem()).toMatch(/^HOLT_HEARTBEAT_URL: could not be reached \(.+\)$/);
  expect(readHeartbeatUrl({})).toBeUndefined();
  expect(() => readHeartbeatUrl({ HOLT_HEARTBEAT_URL: "ping" })).toThrow(
    'HOLT_HEARTBEAT_URL: "ping" is not a web address; write one, as in "https://hc.example.org/ping/1234"',
  );
});
