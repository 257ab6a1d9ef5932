import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { LOGINS, loginVariable } from "../db/database-roles.ts";
import { findStack, type Stack } from "../store/settings.ts";
import { testDatabase } from "../tests/support/database.ts";
import { holt, startHolt, temporaryFolder } from "../tests/support/holt.ts";
import { asLogin } from "../tests/support/logins.ts";
import { giveOwnPorts } from "../tests/support/own-ports.ts";

it("runs worker and server until it is told to end, and other commands find them meanwhile", async () => {
  const { url } = await testDatabase();
  const home = await temporaryFolder();
  await giveOwnPorts(home);
  const servers = {
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: inject("temporalAddress"),
    TEMPORAL_NAMESPACE: "default",
    // Logins belong to the whole test server, so they keep the passwords that they have.
    ...Object.fromEntries(LOGINS.map((login) => [loginVariable(login), asLogin(url, login)])),
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
  expect(said.match(/as (admin|reviewer) +http:\S+#sign-in=holt_/g)).toHaveLength(2);
  expect(await whoSignsIn(stack, said, "reviewer")).toMatchObject({ name: "reviewer", roles: ["reviewer"] });
  const users = await holt(["users", "--as", "reviewer", "--json"], { HOLT_HOME: home });
  expect(JSON.parse(users.stdout)).toHaveLength(3);
  expect(
    await holt(["users", "add", "eve", "--role", "admin", "--as", "reviewer"], { HOLT_HOME: home }),
  ).toMatchObject({
    code: 1,
    stderr: 'person "reviewer": role "reviewer" may not administer; ask for the role "admin"\n',
  });
  expect(await holt(["sign-in", "--as", "eve"], { HOLT_HOME: home })).toMatchObject({
    code: 2,
    stderr:
      '--as: "eve" is not one of the local people; use admin, engineer, reviewer, or HOLT_TOKEN for others\n',
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

/** Whom the link that was printed for them signs in. */
async function whoSignsIn(stack: Stack | undefined, said: string, name: string): Promise<unknown> {
  const code = new RegExp(`as ${name} +http:\\S+#sign-in=(holt_\\S+)`).exec(said)?.[1];
  const answer = await fetch(`${stack?.serverUrl}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
  return answer.json();
}
