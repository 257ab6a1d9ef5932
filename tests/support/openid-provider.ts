/** A real OpenID provider (oidc-provider from npm) on this machine, whose people sign in without typing anything. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import Provider, { type Configuration } from "oidc-provider";
import { OpenidMemory } from "./openid-memory.ts";

export const CLIENT_ID = "holt";
export const CLIENT_SECRET = "a-secret-of-the-test-provider-and-of-nobody-else";

export interface TestProvider {
  issuer: string;
  /** Who signs in next, with the claims that the provider has of them. */
  person: { sub: string; claims: Record<string, unknown> };
  /** New keys, as a provider rotates them; the old ones are gone at once. */
  rotate(): Promise<void>;
  /** Answers nothing any more until `resume`. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** @param redirectUri where it sends people back to */
export async function startOpenidProvider(
  redirectUri: string,
  { isPublic = false, host = "127.0.0.1" } = {},
): Promise<TestProvider> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  let paused = false;
  const server = createServer((request, response) => {
    if (paused) request.socket.destroy();
    else void handle(request, response);
  });
  server.listen(0, host);
  await once(server, "listening");
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`;
  const memory = new OpenidMemory();
  const made: TestProvider = {
    issuer,
    person: { sub: "ada", claims: {} },
    async rotate() {
      handle = await handlerOf(made, memory, { redirectUri, isPublic });
    },
    pause: () => {
      paused = true;
      server.closeAllConnections();
    },
    resume: () => {
      paused = false;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await made.rotate();
  return made;
}

async function handlerOf(
  of: TestProvider,
  memory: OpenidMemory,
  { redirectUri, isPublic }: { redirectUri: string; isPublic: boolean },
): Promise<RequestListener> {
  const configuration: Configuration = {
    clients: [
      {
        client_id: CLIENT_ID,
        ...(isPublic ? { token_endpoint_auth_method: "none" } : { client_secret: CLIENT_SECRET }),
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    adapter: (kind) => memory.adapterFor(kind),
    // Signing in again in another window leaves what the first one got as it is.
    expiresWithSession: () => false,
    jwks: { keys: [await newKey()] },
    cookies: { keys: ["only in tests"] },
    claims: {
      openid: ["sub"],
      profile: ["preferred_username", "groups"],
      email: ["email", "email_verified"],
    },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...of.person.claims }) }),
    // Nobody is asked whether Holt may know who they are.
    async loadExistingGrant({ oidc }) {
      const { Grant } = oidc.provider;
      const grant = new Grant({ clientId: CLIENT_ID, accountId: oidc.session?.accountId ?? "" });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
    ttl: { Session: 1, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 600 },
  };
  const provider = new Provider(of.issuer, configuration);
  const callback = provider.callback();
  return async (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return callback(request, response);
    const login = { accountId: of.person.sub, remember: false };
    return provider.interactionFinished(request, response, { login });
  };
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: crypto.randomUUID() };
}
