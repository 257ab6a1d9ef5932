import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import * as client from "openid-client";
import { type Claims, findClaim } from "./claims.ts";
import { RefusedAnswer, refusedOrUnreachable } from "./refusals.ts";
import { isLoopback, type OidcSettings } from "./settings.ts";

/** A person waits. */
const TIMEOUT_S = 5;
/** What the provider says of itself is looked up again after this. */
const METADATA_TTL_MS = 10 * 60_000;
/** Clocks may differ by so much. */
const TOLERANCE_S = 30;
/** Signed with a key that only the provider has; never "none", never with a secret that Holt has too. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** What must come back unchanged, or isn't the answer to what was asked. */
export interface Expected {
  state: string;
  nonce: string;
  codeVerifier: string;
}

interface Known {
  config: client.Configuration;
  keys: ReturnType<typeof createRemoteJWKSet>;
  until: number;
}

/** An OpenID provider: authorization code with PKCE. Its keys and addresses may change at any time. */
export class OidcProvider {
  readonly settings: OidcSettings;
  #known: Known | undefined;

  constructor(settings: OidcSettings) {
    this.settings = settings;
  }

  /** Where a person's browser goes to sign in. @throws {UnreachableProvider} */
  async authorizationUrl({ state, nonce, codeVerifier }: Expected): Promise<URL> {
    const { config } = await this.#look();
    return client.buildAuthorizationUrl(config, {
      redirect_uri: this.settings.redirectUri.href,
      scope: this.settings.scope,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
  }

  /**
   * Who signed in, by the answer that their browser brought. A code works once.
   * @param query of the redirect, as it came
   * @throws {RefusedAnswer} it isn't the provider's answer to what was asked, or the provider let nobody in
   * @throws {UnreachableProvider}
   */
  async claimsOf(query: string, { state, nonce, codeVerifier }: Expected): Promise<Claims> {
    const { config, keys } = await this.#look();
    const answer = new URL(`?${query}`, this.settings.redirectUri);
    try {
      const tokens = await client.authorizationCodeGrant(config, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const { payload } = await jwtVerify(tokens.id_token ?? "", keys, {
        issuer: config.serverMetadata().issuer,
        audience: this.settings.clientId,
        algorithms: ALGORITHMS,
        requiredClaims: ["sub", "exp", "iat"],
        clockTolerance: TOLERANCE_S,
      });
      if (payload["nonce"] !== nonce || !payload.sub)
        throw new RefusedAnswer("its ID token is another sign-in's");
      return await this.#withUserInfo(config, payload, payload.sub, tokens.access_token);
    } catch (error) {
      throw refusedOrUnreachable(error);
    }
  }

  /** Some providers name groups in the user info alone. */
  async #withUserInfo(
    config: client.Configuration,
    claims: Claims,
    subject: string,
    token: string,
  ): Promise<Claims> {
    const isThere = findClaim(claims, this.settings.roles.claim) !== undefined;
    if (isThere || !config.serverMetadata().userinfo_endpoint) return claims;
    return { ...(await client.fetchUserInfo(config, token, subject)), ...claims };
  }

  async #look(): Promise<Known> {
    if (this.#known && Date.now() < this.#known.until) return this.#known;
    try {
      this.#known = await this.#discover();
    } catch (error) {
      // What was known goes on being good while the provider says nothing else.
      if (!this.#known) throw refusedOrUnreachable(error);
    }
    return this.#known;
  }

  async #discover(): Promise<Known> {
    const { issuer, clientId, clientSecret } = this.settings;
    const insecure = issuer.protocol === "http:" ? [client.allowInsecureRequests] : [];
    const config = await client.discovery(
      issuer,
      clientId,
      { [client.clockTolerance]: TOLERANCE_S },
      clientSecret ? client.ClientSecretBasic(clientSecret) : client.None(),
      { timeout: TIMEOUT_S, execute: insecure },
    );
    const jwksUri = URL.parse(config.serverMetadata().jwks_uri ?? "");
    if (!jwksUri || (jwksUri.protocol !== "https:" && !isLoopback(jwksUri)))
      throw new RefusedAnswer("the provider says not where its keys are, or not with https");
    // No pause between two looks: only the provider's own token endpoint brings tokens that have unknown keys.
    const keys = createRemoteJWKSet(jwksUri, {
      cooldownDuration: 0,
      timeoutDuration: TIMEOUT_S * 1_000,
      [customFetch]: (url, init) => fetch(url, { ...init, redirect: "error" }),
    });
    return { config, keys, until: Date.now() + METADATA_TTL_MS };
  }
}
