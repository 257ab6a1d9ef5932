import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { findStack } from "../store/settings.ts";
import { testDatabase } from "../tests/support/database.ts";
import { holt, startHolt, temporaryFolder } from "../tests/support/holt.ts";

it("runs worker and server until it is told to end, and other commands find them meanwhile", async () => {
  const { url } = await testDatabase();
  const home = await temporaryFolder();
  const servers = {
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: inject("temporalAddress"),
    TEMPORAL_NAMESPACE: "default",
  };
  const dev = startHolt(["dev", "--home", home], servers);
  onTestFinished(() => void dev.kill("SIGTERM"));
  let said = "";
  dev.stderr?.on("data", (chunk) => (said += chunk));
  const ended = once(dev, "exit");
  await expect.poll(() => said, { timeout: 60_000 }).toContain("Next, in another terminal: holt sign-in");
  const stack = findStack(home);
  expect(said).toContain(stack?.serverUrl);
  expect(said).toContain(`for the temporal command: --address ${stack?.temporalAddress}`);

  const elsewhere = await holt(["sign-in"], { HOLT_HOME: home });
  expect(elsewhere).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${stack?.serverUrl}/#sign-in=holt_`),
  });
  expect(await fetch(`${stack?.serverUrl}/livez`).then((answer) => answer.status)).toBe(200);
  const second = await holt(["dev", "--home", home], servers);
  expect(second).toMatchObject({ code: 1, stdout: "" });
  expect(second.stderr).not.toContain("ending all parts");

  dev.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  await expect(fetch(`${stack?.serverUrl}/livez`)).rejects.toThrow();
  await expect(access(join(home, "stack.json"))).rejects.toThrow();
});
