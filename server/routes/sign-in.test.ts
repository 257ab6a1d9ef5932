import { expect, it, onTestFinished } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { PlainBrowser } from "../../tests/support/plain-browser.ts";
import { openServerWithProvider } from "../../tests/support/provider-server.ts";
import { addReviewedRun, addTestPerson } from "../../tests/support/reviewed-run.ts";
import { testServer } from "../../tests/support/server.ts";

async function setUp(options?: { isPublic?: boolean }) {
  const database = await testDatabase();
  const server = await openServerWithProvider(database, (end) => onTestFinished(end), options);
  const { serverUrl, provider } = server;
  provider.person = {
    sub: "sub-1",
    claims: { preferred_username: "Rita", groups: ["holt-reviewers", "others"] },
  };
  const signIn = (browser: PlainBrowser, to = "/runs/x/review") =>
    browser.visit(`${serverUrl}/api/sign-in?to=${encodeURIComponent(to)}`);
  const me = async (browser: PlainBrowser) => {
    const url = new URL("/api/me", serverUrl);
    const response = await fetch(url, { headers: { cookie: browser.cookieHeader(url) } });
    return { status: response.status, ...((await response.json()) as { name?: string; roles?: string[] }) };
  };
  /** Up to the provider's redirect back, which isn't followed. */
  const untilAnswer = async (browser: PlainBrowser) => {
    let answer = "";
    let url = `${serverUrl}/api/sign-in`;
    while (!answer) {
      const location = (await browser.visit(url, 0)).headers.get("location") ?? "";
      const next = new URL(location, url).href;
      if (next.startsWith(`${serverUrl}/api/sign-in/callback`)) answer = next;
      url = next;
    }
    return answer;
  };
  return { ...server, database, signIn, untilAnswer, me };
}

it.each([{ isPublic: false }, { isPublic: true }])(
  "signs somebody in by the provider and goes on to the page that they wanted (public client: $isPublic)",
  async (options) => {
    const { database, signIn, me, provider } = await setUp(options);
    const browser = new PlainBrowser();
    const landed = await signIn(browser, "/runs/x/review?tab=shelves#u1");
    expect(landed).toMatchObject({ status: 200 });
    expect(landed.body).toContain(
      '<meta http-equiv="refresh" content="0; url=/runs/x/review?tab=shelves#u1">',
    );
    expect(landed.headers.get("cache-control")).toBe("no-store");
    expect(await me(browser)).toMatchObject({ status: 200, name: "rita", roles: ["reviewer"] });
    const people = await database.db
      .selectFrom("person_identity")
      .innerJoin("person", "person.id", "person_id")
      .select(["issuer", "subject", "name", "roles", "groups"])
      .execute();
    expect(people).toEqual([
      { issuer: provider.issuer, subject: "sub-1", name: "rita", roles: ["reviewer"], groups: ["editors"] },
    ]);
  },
);

it("knows a person by issuer and subject, whatever their name is now; roles follow the provider each time", async () => {
  const { database, signIn, me, provider } = await setUp();
  const browser = new PlainBrowser();
  await signIn(browser);
  provider.person = { sub: "sub-1", claims: { preferred_username: "Rita Roe", groups: ["holt-staff"] } };
  await signIn(browser);
  expect(await me(browser)).toMatchObject({ name: "rita", roles: ["viewer"] });
  provider.person = { sub: "sub-2", claims: { preferred_username: "rita", groups: ["holt-staff"] } };
  const twin = await signIn(new PlainBrowser());
  expect(twin.status).toBe(403);
  expect(twin.body).toContain("the name is taken by somebody who signs in otherwise");
  expect(await database.db.selectFrom("person").select("name").execute()).toEqual([{ name: "rita" }]);
});

it("tells somebody without a role what to ask for, makes them nobody, and takes the roles of whoever had some", async () => {
  const { database, signIn, me, provider } = await setUp();
  const browser = new PlainBrowser();
  await signIn(browser);
  provider.person = { sub: "sub-1", claims: { preferred_username: "rita", groups: ["others"] } };
  const page = await signIn(new PlainBrowser());
  expect(page.status).toBe(403);
  expect(page.body).toContain("You have no role in Holt");
  expect(page.body).toContain("add you to one of: holt-reviewers, holt-staff (claim &#34;groups&#34;)");
  expect(await me(browser)).toMatchObject({ roles: [] });
  provider.person = { sub: "sub-9", claims: { preferred_username: "<b>eve</b>" } };
  const stranger = await signIn(new PlainBrowser());
  expect(stranger.status).toBe(403);
  expect(stranger.body).not.toContain("<b>");
  expect(await database.db.selectFrom("person").select("name").execute()).toEqual([{ name: "rita" }]);
});

it("goes on when the provider changes its keys, without a restart", async () => {
  const { signIn, provider } = await setUp();
  for (let rotation = 0; rotation < 3; rotation++) {
    expect((await signIn(new PlainBrowser())).status).toBe(200);
    await provider.rotate();
  }
  expect((await signIn(new PlainBrowser())).status).toBe(200);
});

it("says so when the provider is down; tokens go on working, and sign-in too once it is back", async () => {
  const { signIn, untilAnswer, me, provider, asProgram, serverUrl } = await setUp();
  provider.pause();
  const page = await signIn(new PlainBrowser());
  expect(page).toMatchObject({ status: 503 });
  expect(page.body).toContain("The sign-in provider does not answer");
  const headers = await asProgram("viewer");
  expect((await fetch(`${serverUrl}/api/me`, { headers })).status).toBe(200);
  provider.resume();
  expect((await signIn(new PlainBrowser())).status).toBe(200);
  const browser = new PlainBrowser();
  const answer = await untilAnswer(browser);
  provider.pause(); // between leaving and coming back
  expect((await browser.visit(answer)).status).toBe(503);
  expect(await me(browser)).toMatchObject({ status: 401 });
});

it("sends nobody to another site", async () => {
  const { signIn } = await setUp();
  for (const to of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "/.//evil.example",
    "/api/me",
    "x",
    "/\t/evil.example",
  ]) {
    const { body } = await signIn(new PlainBrowser(), to);
    expect(body).toContain('content="0; url=/">');
  }
  const { body } = await signIn(new PlainBrowser(), '/x?"><script>alert(1)</script>');
  expect(body).not.toContain("<script>");
});

it("takes an answer once, in the browser that asked, within ten minutes", async () => {
  const { database, untilAnswer, me } = await setUp();
  const mine = new PlainBrowser();
  const answer = await untilAnswer(mine);
  const other = new PlainBrowser();
  await untilAnswer(other);
  for (const browser of [new PlainBrowser(), other]) {
    const page = await browser.visit(answer);
    expect(page).toMatchObject({ status: 400 });
    expect(page.body).toContain("This sign-in is over");
    expect(await me(browser)).toMatchObject({ status: 401 });
  }
  expect((await mine.visit(answer)).status).toBe(200);
  expect((await mine.visit(answer)).status).toBe(400);
  const late = new PlainBrowser();
  const lateAnswer = await untilAnswer(late);
  await database.db.updateTable("sign_in_attempt").set({ expires_at: new Date() }).execute();
  expect((await late.visit(lateAnswer)).status).toBe(400);
  const two = new PlainBrowser();
  const [first, second] = [await untilAnswer(two), await untilAnswer(two)]; // in two windows
  expect([(await two.visit(first)).status, (await two.visit(second)).status]).toEqual([200, 200]);
});

it("asks with PKCE, state and nonce, from the one address that the provider knows", async () => {
  const { serverUrl } = await setUp();
  const elsewhere = await new PlainBrowser().visit(
    `${serverUrl.replace("127.0.0.1", "localhost")}/api/sign-in?to=/runs`,
    0,
  );
  expect(elsewhere.headers.get("location")).toBe(`${serverUrl}/api/sign-in?to=%2Fruns`);
  const { headers } = await new PlainBrowser().visit(`${serverUrl}/api/sign-in`, 0);
  const asked = new URL(headers.get("location") ?? "").searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    ...{
      response_type: "code",
      code_challenge_method: "S256",
      client_id: "holt",
      scope: "openid profile email",
    },
    ...{ code_challenge: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.stringMatching(/^[\w-]{43}$/) },
    ...{
      state: expect.stringMatching(/^holt_[\w-]{43}$/),
      redirect_uri: `${serverUrl}/api/sign-in/callback`,
    },
  });
  expect(headers.getSetCookie()).toEqual([
    expect.stringMatching(/^holt-sign-in=holt_[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
});

it("says that no provider is set, and gives the pages nothing to show", async () => {
  const server = await testServer(await testDatabase());
  expect((await server.app.inject({ url: "/api/sign-in/provider" })).json()).toEqual({ name: null });
  const answer = await server.app.inject({ url: "/api/sign-in", headers: { host: "127.0.0.1:7400" } });
  expect(answer.json()).toMatchObject({ status: 404, code: "not_found" });
  expect(answer.json().detail).toContain("sign-in: no provider is set");
});

it("takes who signs in by the provider and who asked by a token for one human, by their mail address", async () => {
  const { database, signIn, provider } = await setUp();
  const { db } = database;
  const requester = await addTestPerson(db, "submitter", { email: "Ann@Example.org" });
  const { runId } = await addReviewedRun(db, { requesterId: requester.personId });
  const barrierOf = async (sub: string, claims: Record<string, unknown>) => {
    provider.person = { sub, claims: { preferred_username: sub, groups: ["holt-reviewers"], ...claims } };
    expect((await signIn(new PlainBrowser())).status).toBe(200);
    const { rows } = await database.pool.query(
      "select email, decide_barrier($1, id) as barrier from person where name = $2",
      [runId, sub],
    );
    return rows[0];
  };
  expect(await barrierOf("ann", { email: "ann@example.org" })).toEqual({
    email: "ann@example.org",
    barrier: "requester_program",
  });
  expect(await barrierOf("rita", { email: "rita@example.org", email_verified: true })).toEqual({
    email: "rita@example.org",
    barrier: null,
  });
  // whoever may write there what they like could else take a colleague's voice away
  expect(await barrierOf("mallory", { email: "rita@example.org", email_verified: false })).toMatchObject({
    email: null,
  });
});
