import { expect, it } from "vitest";
import { issueSignInCode } from "../../operations/sessions.ts";
import { addActor } from "../../tests/support/actors.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { type TestServer, testServer } from "../../tests/support/server.ts";

async function signIn(server: TestServer, payload: object) {
  return server.app.inject({ method: "POST", url: "/api/session", payload });
}

it("signs a browser in by a code once, and out again", async () => {
  const server = await testServer(await testDatabase());
  const rita = await addActor(server.operations, "reviewer");
  const { code } = await issueSignInCode(server.operations, rita);
  const opened = await signIn(server, { code });
  expect(opened.statusCode).toBe(201);
  expect(opened.json()).toEqual({
    name: rita.name,
    roles: ["reviewer"],
    temporalUi: "http://127.0.0.1:8233",
  });
  const again = await signIn(server, { code });
  expect(again.json()).toMatchObject({ status: 401, code: "not_signed_in" });
  expect(again.json().detail).toContain("sign-in code: is unknown, used or older than 5 minutes");

  const headers = { cookie: `holt-session=${opened.cookies[0]?.value}`, "sec-fetch-site": "same-origin" };
  const me = await server.app.inject({ url: "/api/me", headers });
  expect(me.json()).toMatchObject({ name: rita.name });
  const out = await server.app.inject({ method: "DELETE", url: "/api/session", headers });
  expect(out.statusCode).toBe(204);
  expect((await server.app.inject({ url: "/api/me", headers })).statusCode).toBe(401);
});

it.each([
  { serverUrl: "http://127.0.0.1:7400", name: "holt-session", secure: undefined },
  { serverUrl: "https://holt.example", name: "__Host-holt-session", secure: true },
])(
  "keeps the session's cookie from scripts and other sites at $serverUrl",
  async ({ serverUrl, name, secure }) => {
    const server = await testServer(await testDatabase(), { serverUrl });
    const { code } = await issueSignInCode(server.operations, await addActor(server.operations, "viewer"));
    const { cookies } = await signIn(server, { code });
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatchObject({ name, httpOnly: true, sameSite: "Strict", path: "/", maxAge: 43_200 });
    expect(cookies[0]?.secure).toBe(secure);
  },
);

it("limits how often one address may try", async () => {
  const server = await testServer(await testDatabase());
  const tries = [];
  for (let attempt = 0; attempt < 31; attempt++) tries.push(await signIn(server, { code: "guess" }));
  expect(tries.slice(0, 30).map((answer) => answer.statusCode)).toEqual(Array(30).fill(401));
  expect(tries[30]?.json()).toMatchObject({ status: 429, code: "too_many_requests" });
  expect(tries[30]?.headers["retry-after"]).toBeDefined();
});

it("says what a sign-in needs", async () => {
  const server = await testServer(await testDatabase());
  const answer = await signIn(server, { password: "x" });
  expect(answer.json()).toMatchObject({ status: 400, code: "invalid_input" });
  expect(answer.json().detail).toMatch(/^body\./);
});
