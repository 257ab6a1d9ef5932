import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { testServer } from "../tests/support/server.ts";
import { addOpenReview } from "../tests/support/shop.ts";

const OWN = "http://127.0.0.1:7400";

async function setUp() {
  const { db, ...database } = await testDatabase();
  const server = await testServer({ db, ...database });
  const { cookie, host } = await server.asPage("reviewer");
  const { runId, releaseDigest, reportDigest } = await addOpenReview(db);
  const body = { verdict: "approve", releaseDigest, reportDigest, reason: "" };
  const decide = (headers: Record<string, string>, payload: string | object = body) =>
    server.app.inject({
      method: "POST",
      url: `/api/runs/${runId}/decisions`,
      headers: { cookie, host, ...headers },
      payload,
    });
  const decisions = () => db.selectFrom("decision").select("id").execute();
  return { server, runId, body, decide, decisions, cookie, host };
}

it("takes a decision that Holt's own page sends", async () => {
  const { decide, decisions } = await setUp();
  const answer = await decide({ "sec-fetch-site": "same-origin", origin: OWN });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toMatchObject({ channel: "page", verdict: "approve" });
  expect(await decisions()).toHaveLength(1);
});

it("takes none that another site's page sends in a person's name", async () => {
  const { decide, decisions, body } = await setUp();
  const json = JSON.stringify(body);
  const sites = ["cross-site", "same-site", "none", "", "SAME-ORIGIN", "same-origin, cross-site"];
  const origins = [
    "http://evil.example",
    "null",
    "http://127.0.0.1:7401",
    "http://127.0.0.1",
    `${OWN}.evil.example`,
  ];
  const refused = [
    {},
    ...sites.map((site) => ({ "sec-fetch-site": site })),
    ...sites.map((site) => ({ "sec-fetch-site": site, origin: OWN })),
    ...origins.map((origin) => ({ origin })),
    ...origins.map((origin) => ({ "sec-fetch-site": "same-origin", origin })),
  ];
  for (const headers of refused) {
    const answer = await decide(headers as Record<string, string>);
    expect(`${JSON.stringify(headers)}: ${answer.statusCode} ${answer.json().code}`).toMatch(
      /: 403 cross_site$/,
    );
  }
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
  ];
  for (const type of types) {
    const answer = await decide({ "sec-fetch-site": "same-origin", "content-type": type }, json);
    expect(`${type}: ${answer.statusCode} ${answer.json().code}`).toBe(`${type}: 415 unsupported_media_type`);
  }
  expect(await decisions()).toEqual([]);
});

it("changes nothing by an address that is only looked at", async () => {
  const { server, runId, cookie, host, decisions } = await setUp();
  const answer = await server.app.inject({
    url: `/api/runs/${runId}/decisions?verdict=approve`,
    headers: { cookie, host },
  });
  expect(answer.statusCode).toBe(404);
  expect(await decisions()).toEqual([]);
});

it("signs nobody in for another site's page", async () => {
  const { server, host } = await setUp();
  const answer = await server.app.inject({
    method: "POST",
    url: "/api/session",
    headers: { host, origin: "http://evil.example", "sec-fetch-site": "cross-site" },
    payload: { token: (await server.asProgram("viewer")).authorization.slice(7) },
  });
  expect(answer.json()).toMatchObject({ status: 403, code: "cross_site" });
  expect(answer.headers["set-cookie"]).toBeUndefined();
});
