/** What comes back by the browser and isn't the answer to its sign-in; and answers that leave something out. */
import { createSecretKey } from "node:crypto";
import { SignJWT } from "jose";
import { honestClaims, sign } from "./forged-tokens.ts";
import { type Attempt, tokensWith } from "./sign-in-attempts.ts";

type Attack = (attempt: Attempt, next: () => Promise<Attempt>) => Promise<boolean>;

/** With tokens that are right, so that only what is changed in the query stands between. */
const withQuery =
  (queryOf: (attempt: Attempt) => Record<string, string> | string): Attack =>
  async (attempt) => {
    attempt.provider.tokens = tokensWith(await sign(attempt));
    return attempt.comeBack(queryOf(attempt));
  };

/** With a token that says this, and a user info that says that. */
const withInfo =
  (token: Record<string, unknown>, info: object): Attack =>
  async (attempt) => {
    attempt.provider.tokens = tokensWith(await sign(attempt, token as never));
    attempt.provider.userInfo = { body: info };
    return attempt.comeBack();
  };

const withTokens =
  (answer: { status?: number; body: object }): Attack =>
  (attempt) => {
    attempt.provider.tokens = answer;
    return attempt.comeBack();
  };

export const FORGED_ANSWERS: Readonly<Record<string, Attack>> = {
  "no state": withQuery(({ provider }) => ({ code: "c", iss: provider.issuer })),
  "an empty state": withQuery(({ provider }) => ({ code: "c", state: "", iss: provider.issuer })),
  "a made-up state": withQuery(({ provider }) => ({
    code: "c",
    state: `holt_${"A".repeat(43)}`,
    iss: provider.issuer,
  })),
  "two states": withQuery(({ provider, state }) => `code=c&state=${state}&state=x&iss=${provider.issuer}`),
  "no code": withQuery(({ provider, state }) => ({ state, iss: provider.issuer })),
  "two codes": withQuery(({ provider, state }) => `code=c&code=d&state=${state}&iss=${provider.issuer}`),
  "another provider's name": withQuery(({ state }) => ({
    code: "c",
    state,
    iss: "https://elsewhere.example",
  })),
  "no provider's name, where it always gives one": withQuery(({ state }) => ({ code: "c", state })),
  "an error beside a code": withQuery(({ provider, state }) => ({
    ...{ code: "c", state, iss: provider.issuer },
    error: "access_denied",
  })),
  "another browser's answer": async (attempt, next) => {
    const victim = await next();
    attempt.provider.tokens = tokensWith(await sign(attempt));
    return attempt.comeBack(undefined, victim.cookie);
  },
  "an answer in a browser that asked nothing": async (attempt) => {
    attempt.provider.tokens = tokensWith(await sign(attempt));
    return attempt.comeBack(undefined, "");
  },
  "an answer in a browser with a made-up cookie": async (attempt) => {
    attempt.provider.tokens = tokensWith(await sign(attempt));
    return attempt.comeBack(undefined, `holt-sign-in=holt_${"A".repeat(43)}`);
  },
  "another attempt's token": async (attempt, next) => {
    attempt.provider.tokens = tokensWith(await sign(await next()));
    return attempt.comeBack();
  },
  "an answer again, after it was refused": async (attempt) => {
    attempt.provider.tokens = { status: 400, body: { error: "invalid_grant" } };
    await attempt.comeBack();
    attempt.provider.tokens = tokensWith(await sign(attempt));
    return attempt.comeBack();
  },
  "no ID token": withTokens(tokensWith(undefined)),
  "no tokens": withTokens({ body: {} }),
  "a list instead of tokens": withTokens({ body: [] }),
  "a refused code": withTokens({ status: 400, body: { error: "invalid_grant" } }),
  "a provider's error": withTokens({ status: 500, body: { error: "server_error" } }),
  "a key set with a secret key": async (attempt) => {
    const secret = Buffer.alloc(32, 7);
    const { keys } = attempt.provider;
    attempt.provider.keys = [{ kty: "oct", kid: "oct", alg: "HS256", k: secret.toString("base64url") }];
    const header = { alg: "HS256", kid: "oct" };
    const token = new SignJWT(honestClaims(attempt)).setProtectedHeader(header).sign(createSecretKey(secret));
    attempt.provider.tokens = tokensWith(await token);
    return attempt.comeBack().finally(() => {
      attempt.provider.keys = keys;
    });
  },
  "another person's user info": withInfo({ groups: undefined }, { sub: "2", groups: ["holt-reviewers"] }),
  "a group called like a part of every object": withInfo(
    { groups: ["constructor", "__proto__", "toString"] },
    {},
  ),
  "a group in an object": withInfo({ groups: { "holt-reviewers": true } }, {}),
  "a group in a list in a list": withInfo({ groups: [["holt-reviewers"]] }, {}),
  "a group written otherwise": withInfo(
    { groups: ["HOLT-REVIEWERS", "holt-reviewers ", "holt-reviewers\u0000"] },
    {},
  ),
};
