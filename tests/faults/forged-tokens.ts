/** ID tokens that no provider gave, or not for this sign-in. */
import { createHmac, createSecretKey } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type ForgingProvider, KEY_ID } from "../support/forging-provider.ts";
import { CLIENT_ID, CLIENT_SECRET } from "../support/openid-provider.ts";

export interface Asked {
  provider: ForgingProvider;
  /** Of this sign-in. */
  nonce: string;
}

type Forge = (asked: Asked) => Promise<string> | string;

const now = () => Math.floor(Date.now() / 1_000);

/** What an honest provider would say. */
export function honestClaims({ provider, nonce }: Asked): JWTPayload {
  const times = { iat: now(), exp: now() + 300 };
  return { iss: provider.issuer, aud: CLIENT_ID, sub: "1", nonce, ...times, groups: ["holt-reviewers"] };
}

/** Signed as an honest provider signs it. */
export function sign(asked: Asked, change: JWTPayload = {}, header: object = {}): Promise<string> {
  const claims = Object.entries({ ...honestClaims(asked), ...change }).filter(
    ([, value]) => value !== undefined,
  );
  return new SignJWT(Object.fromEntries(claims))
    .setProtectedHeader({ alg: "RS256", kid: KEY_ID, ...header })
    .sign(asked.provider.privateKey);
}

const changed =
  (change: (asked: Asked) => JWTPayload): Forge =>
  (asked) =>
    sign(asked, change(asked));

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed by hand with any header and any secret. */
function byHand(asked: Asked, header: object, secret: string | Buffer | undefined): string {
  const text = `${encode(header)}.${encode(honestClaims(asked))}`;
  const signature = secret === undefined ? "" : createHmac("sha256", secret).update(text).digest("base64url");
  return `${text}.${signature}`;
}

/** Signed with a key that the attacker made. */
async function byOwnKey(asked: Asked, header: object, alg = "RS256"): Promise<string> {
  const { privateKey } = await generateKeyPair(alg);
  return new SignJWT(honestClaims(asked)).setProtectedHeader({ alg, ...header }).sign(privateKey);
}

const undefinedClaim = undefined as never;

export const FORGED_TOKENS: Readonly<Record<string, Forge>> = {
  "no algorithm": (asked) => byHand(asked, { alg: "none" }, undefined),
  "no algorithm, written otherwise": (asked) => byHand(asked, { alg: "nOnE" }, undefined),
  "an empty algorithm": (asked) => byHand(asked, { alg: "" }, ""),
  "no algorithm with a signature": (asked) => byHand(asked, { alg: "none", kid: KEY_ID }, "x"),
  "HMAC with the public key's PEM": async (asked) =>
    byHand(asked, { alg: "HS256", kid: KEY_ID }, await exportSPKI(asked.provider.publicKey)),
  "HMAC with the public key's modulus": async (asked) => {
    const { n = "" } = await exportJWK(asked.provider.publicKey);
    return byHand(asked, { alg: "HS256", kid: KEY_ID }, Buffer.from(n, "base64url"));
  },
  "HMAC with the client's secret": (asked) =>
    new SignJWT(honestClaims(asked))
      .setProtectedHeader({ alg: "HS256" })
      .sign(createSecretKey(Buffer.from(CLIENT_SECRET))),
  "HMAC with nothing, for a key id out of the folder": (asked) =>
    byHand(asked, { alg: "HS256", kid: "../../../../dev/null" }, ""),
  "a key id that is SQL": (asked) => byOwnKey(asked, { kid: "' union select 'x" }),
  "another issuer": changed(() => ({ iss: "https://elsewhere.example" })),
  "the issuer with a slash": changed(({ provider }) => ({ iss: `${provider.issuer}/` })),
  "no issuer": changed(() => ({ iss: undefinedClaim })),
  "another audience": changed(() => ({ aud: "another-client" })),
  "the audience with a blank": changed(() => ({ aud: `${CLIENT_ID} ` })),
  "two audiences, made for the other": changed(() => ({ aud: [CLIENT_ID, "other"], azp: "other" })),
  "no audience": changed(() => ({ aud: undefinedClaim })),
  "another sign-in's nonce": changed(() => ({ nonce: "A".repeat(43) })),
  "an empty nonce": changed(() => ({ nonce: "" })),
  "no nonce": changed(() => ({ nonce: undefinedClaim })),
  "an end an hour ago": changed(() => ({ iat: now() - 7_200, exp: now() - 3_600 })),
  "an end that is no number": changed(() => ({ exp: "tomorrow" as never })),
  "no end": changed(() => ({ exp: undefinedClaim })),
  "no beginning": changed(() => ({ iat: undefinedClaim })),
  "not before tomorrow": changed(() => ({ nbf: now() + 86_400 })),
  "no subject": changed(() => ({ sub: undefinedClaim })),
  "an empty subject": changed(() => ({ sub: "" })),
  "the provider's key id and another key": (asked) => byOwnKey(asked, { kid: KEY_ID }),
  "an unknown key id and another key": (asked) => byOwnKey(asked, { kid: "unknown" }),
  "another algorithm than the key's": (asked) => byOwnKey(asked, { kid: KEY_ID }, "ES256"),
  "a key in its header": async (asked) => {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    const header = { alg: "RS256", jwk: await exportJWK(publicKey) };
    return new SignJWT(honestClaims(asked)).setProtectedHeader(header).sign(privateKey);
  },
  "an address of keys in its header": (asked) =>
    byOwnKey(asked, { kid: "mine", jku: `${asked.provider.issuer}/forged-keys` }),
  "an address of certificates in its header": (asked) =>
    byOwnKey(asked, { kid: "mine", x5u: `${asked.provider.issuer}/forged-certificates` }),
  "a header that must be understood and isn't": (asked) => {
    const header = { alg: "RS256", kid: KEY_ID, crit: ["b64x"], b64x: true };
    return byHand(asked, header, "x");
  },
  "claims that were changed after they were signed": async (asked) => {
    const [header, , signature] = (await sign(asked)).split(".");
    return `${header}.${encode({ ...honestClaims(asked), sub: "admin" })}.${signature}`;
  },
  "a signature that was cut off": async (asked) => (await sign(asked)).replace(/[^.]+$/, ""),
  "a signature with a bit turned": async (asked) => {
    const token = await sign(asked);
    const at = token.lastIndexOf(".") + 10;
    return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
  },
  "five parts": async (asked) => `${await sign(asked)}.x.y`,
  nonsense: () => "nonsense",
  "an empty text": () => "",
};
