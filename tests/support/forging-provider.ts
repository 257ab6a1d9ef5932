/** An OpenID provider that answers what it is told to: an HTTP server of its own, for answers that no honest one gives. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";

export const KEY_ID = "the-provider's-key";

export interface Answer {
  status?: number;
  body: object;
}

export interface ForgingProvider {
  issuer: string;
  /** Signs what an honest provider would sign; its public key is in `keys`. */
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  /** What its key set has. */
  keys: JWK[];
  /** What its token endpoint and its user info answer next. */
  tokens: Answer;
  userInfo: Answer;
  /** False: its key set is down. */
  givesKeys: boolean;
  /** Paths that were asked for. */
  asked: string[];
  close(): Promise<void>;
}

export async function startForgingProvider(): Promise<ForgingProvider> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const server = createServer((request, response) => answer(made, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const made: ForgingProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    privateKey,
    publicKey,
    keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" }],
    tokens: { body: {} },
    userInfo: { body: {} },
    givesKeys: true,
    asked: [],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return made;
}

function answer(of: ForgingProvider, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? "";
  of.asked.push(path);
  const send = ({ status = 200, body }: Answer) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (path === "/.well-known/openid-configuration") send({ body: metadataOf(of.issuer) });
  else if (path === "/keys") send(of.givesKeys ? { body: { keys: of.keys } } : { status: 503, body: {} });
  else if (path === "/token") send(of.tokens);
  else if (path === "/userinfo") send(of.userInfo);
  else send({ status: 404, body: {} });
}

/** It claims every algorithm, so that only Holt's own list stands between it and a weak one. */
function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["none", "HS256", "HS512", "RS256", "ES256", "EdDSA"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
}
