/** Sign-ins that have left for the provider, and come back with what an attacker chooses. */
import { OidcProvider } from "../../server/oidc/provider.ts";
import { readOidcSettings } from "../../server/oidc/settings.ts";
import type { TestDatabase } from "../support/database-at.ts";
import type { ForgingProvider } from "../support/forging-provider.ts";
import { CLIENT_ID, CLIENT_SECRET } from "../support/openid-provider.ts";
import { ROLE_MAP } from "../support/provider-server.ts";
import { honestClaims } from "./forged-tokens.ts";
import type { FaultContext } from "./row.ts";

const SERVER_URL = "http://127.0.0.1:7400";
const HOST = "127.0.0.1:7400";

export interface Attempt {
  provider: ForgingProvider;
  state: string;
  nonce: string;
  /** What this browser keeps. */
  cookie: string;
  /** Comes back with this query, with this browser's cookie or another; whether somebody is signed in by it. */
  comeBack(query?: Record<string, string> | string, cookie?: string): Promise<boolean>;
}

/** Gives new attempts on a server that has this provider, each from another address. */
export async function attemptsAt(
  context: FaultContext,
  database: TestDatabase,
  provider: ForgingProvider,
): Promise<() => Promise<Attempt>> {
  const settings = readOidcSettings(
    {
      HOLT_OIDC_ISSUER: provider.issuer,
      HOLT_OIDC_CLIENT_ID: CLIENT_ID,
      HOLT_OIDC_CLIENT_SECRET: CLIENT_SECRET,
      HOLT_OIDC_ROLES: JSON.stringify(ROLE_MAP),
    },
    SERVER_URL,
  );
  if (!settings) throw new Error("the provider is set");
  const { app } = await context.server(database, { serverUrl: SERVER_URL, oidc: new OidcProvider(settings) });
  let visits = 0;
  const get = (url: string, cookie: string) =>
    app.inject({
      url,
      headers: { host: HOST, cookie },
      // one address may try 30 times a minute
      remoteAddress: `10.0.${Math.floor(visits / 200)}.${1 + (visits++ % 200)}`,
    });
  return async () => {
    const left = await get("/api/sign-in", "");
    const asked = new URL(String(left.headers.location)).searchParams;
    const [state, nonce] = [asked.get("state") ?? "", asked.get("nonce") ?? ""];
    const own = left.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    return {
      ...{ provider, state, nonce, cookie: own },
      async comeBack(query = { code: "code", state, iss: provider.issuer }, cookie = own) {
        const text = typeof query === "string" ? query : new URLSearchParams(query).toString();
        const back = await get(`/api/sign-in/callback?${text}`, cookie);
        const session = back.cookies.find(({ name }) => name === "holt-session");
        if (!session) return false;
        return (await get("/api/me", `holt-session=${session.value}`)).statusCode === 200;
      },
    };
  };
}

/** What the token endpoint answers beside the ID token. */
export function tokensWith(idToken: string | undefined): { body: object } {
  return { body: { access_token: "access", token_type: "Bearer", expires_in: 300, id_token: idToken } };
}

/** An answer that is right in all. */
export async function answerHonestly(attempt: Attempt, token: Promise<string>): Promise<boolean> {
  attempt.provider.tokens = tokensWith(await token);
  attempt.provider.userInfo = { body: honestClaims(attempt) };
  return attempt.comeBack();
}
