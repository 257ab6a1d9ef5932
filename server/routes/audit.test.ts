import { expect, it } from "vitest";
import { addEntries } from "../../tests/support/audit-entries.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";

it("shows the newest entries, of all models or of one, to whoever may audit and to nobody else", async () => {
  const database = await testDatabase();
  const server = await testServer(database);
  await addEntries(database, 502);
  const headers = await server.asProgram("auditor");
  const get = async (url: string) => (await server.app.inject({ url, headers })).json();
  const all = await get("/api/audit");
  expect(all).toHaveLength(500);
  expect(all[0]).toMatchObject({ action: "issue_token", subject: "person auditor-1", by: null });
  expect(all[2]).toMatchObject({ action: "start_run", model: null, detail: { entry: 502 } });
  expect(await get("/api/audit?model=shop")).toHaveLength(251);
  expect(await get("/api/audit?model=none")).toEqual([]);
  for (const role of ["viewer", "service", "submitter", "reviewer", "deployer"] as const) {
    const answer = await server.app.inject({ url: "/api/audit", headers: await server.asProgram(role) });
    expect(answer.json()).toMatchObject({ status: 403, code: "not_allowed" });
  }
});
