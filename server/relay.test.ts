import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../db/connection.ts";
import { openTcpRelay } from "../tests/faults/tcp-relay.ts";
import { asLogin } from "../tests/support/logins.ts";
import { openStage } from "../tests/support/stage.ts";
import { startRelay } from "./relay.ts";

it("says within its time that a PostgreSQL that fell silent holds up what is to be sent, and when it no longer does", async () => {
  const stage = await openStage();
  onTestFinished(stage.close);
  const at = new URL(asLogin(stage.database.url, "server"));
  const tcp = await openTcpRelay(at.host);
  onTestFinished(tcp.close);
  at.host = tcp.address;
  const database = openDatabase(at.href, { applicationName: "holt-test", onLostConnection: () => {} });
  onTestFinished(database.close);
  const context = { database, temporal: stage.temporal };
  const told: string[] = [];
  const relay = startRelay(context, (error) => told.push(error.message), { longestRoundMs: 2_000 });
  onTestFinished(relay.close);
  await expect.poll(() => database.pool.idleCount).toBe(1); // the next question is asked on a connection that is there
  expect(relay.problem()).toBeNull();
  tcp.set("silent");
  const late = "PostgreSQL: did not answer within 2000 ms; look at PostgreSQL's load";
  await expect.poll(relay.problem, { timeout: 30_000 }).toBe(late);
  expect(told).toContain(late);
  tcp.set("fair");
  await expect.poll(relay.problem, { timeout: 30_000 }).toBeNull();
});
