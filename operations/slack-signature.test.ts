import { createHmac } from "node:crypto";
import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { assertFromSlack } from "./slack-signature.ts";

// The example of Slack's documentation ("Verifying requests from Slack"), with the signature that it prints.
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const AT = 1_531_420_618;
const BODY = Buffer.from(
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
);
const REQUEST = {
  body: BODY,
  timestamp: String(AT),
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
};

it("takes the example of Slack's documentation", () => {
  expect(() => assertFromSlack(REQUEST, SECRET, AT * 1_000)).not.toThrow();
});

it.each([-300, 300])("takes what is %i s away, and nothing further", (seconds) => {
  expect(() => assertFromSlack(REQUEST, SECRET, (AT + seconds) * 1_000)).not.toThrow();
  expect(() => assertFromSlack(REQUEST, SECRET, (AT + seconds) * 1_000 + Math.sign(seconds) * 1_000)).toThrow(
    "its timestamp is more than 5 minutes away",
  );
});

it.each([
  ["no signature", { signature: undefined }],
  ["no timestamp", { timestamp: undefined }],
  ["another version", { signature: REQUEST.signature.replace("v0", "v1") }],
  ["half a signature", { signature: REQUEST.signature.slice(0, 35) }],
  ["capital digits", { signature: REQUEST.signature.toUpperCase() }],
  ["a timestamp in other words", { timestamp: `${AT}.0` }],
  ["another timestamp", { timestamp: String(AT + 1) }],
  ["a body with another byte", { body: Buffer.concat([BODY, Buffer.from(" ")]) }],
  ["no body", { body: Buffer.alloc(0) }],
])("refuses %s", (_what, change) => {
  expect(() => assertFromSlack({ ...REQUEST, ...change }, SECRET, AT * 1_000)).toThrow(/Slack/);
});

it("refuses what another app's secret signed", () => {
  expect(() => assertFromSlack(REQUEST, `${SECRET}0`, AT * 1_000)).toThrow("its signature is not Slack's");
});

test.prop([fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat()])(
  "refuses a body in which any bit was changed",
  (bytes, at, bit) => {
    const body = Buffer.from(bytes);
    const hmac = createHmac("sha256", SECRET).update(`v0:${AT}:`).update(body).digest("hex");
    const request = { body, timestamp: String(AT), signature: `v0=${hmac}` };
    expect(() => assertFromSlack(request, SECRET, AT * 1_000)).not.toThrow();
    const changed = Buffer.from(body);
    const place = at % changed.length;
    changed[place] = (changed[place] ?? 0) ^ (1 << (bit % 8));
    expect(() => assertFromSlack({ ...request, body: changed }, SECRET, AT * 1_000)).toThrow("not Slack's");
  },
);
