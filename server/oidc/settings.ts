import { z } from "zod";
import { InvalidInput } from "../../core/errors.ts";
import { describeFault } from "../../core/faults.ts";
import { ROLES } from "../../core/roles.ts";
import { findSchemaFaults } from "../../core/schema-faults.ts";

/** `{"claim": "groups", "values": {"holt-reviewers": {"roles": ["reviewer"], "groups": ["editors"]}}}` */
const roleMapSchema = z.strictObject({
  /** Of the ID token, else of the user info; "realm_access.roles" looks into an object. */
  claim: z.string().min(1, "is empty; name the claim that says who may do what"),
  /** What each value of the claim gives. */
  values: z.record(
    z.string(),
    z.strictObject({
      roles: z.array(z.enum(ROLES)).default([]),
      groups: z
        .array(
          z
            .string()
            .regex(
              /^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,79}$/,
              "is not a group; use letters, digits, spaces and . _ @ -",
            ),
        )
        .default([]),
    }),
  ),
});
export type RoleMap = z.output<typeof roleMapSchema>;

export interface OidcSettings {
  issuer: URL;
  clientId: string;
  /** Undefined for a public client. */
  clientSecret: string | undefined;
  roles: RoleMap;
  scope: string;
  /** On the button: "Sign in with <name>". */
  name: string;
  /** Where the provider sends people back to. */
  redirectUri: URL;
}

/** The OpenID provider that people sign in at; undefined when none is set. @throws {InvalidInput} */
export function readOidcSettings(env: NodeJS.ProcessEnv, serverUrl: string): OidcSettings | undefined {
  const { HOLT_OIDC_ISSUER, HOLT_OIDC_CLIENT_ID, HOLT_OIDC_CLIENT_SECRET, HOLT_OIDC_ROLES } = env;
  if (!HOLT_OIDC_ISSUER) {
    const left = Object.keys(env).find((name) => name.startsWith("HOLT_OIDC_") && env[name]);
    if (!left) return undefined;
    throw new InvalidInput(
      `HOLT_OIDC_ISSUER: is not set, though ${left} is; set it to the provider's address`,
    );
  }
  const issuer = issuerOf(HOLT_OIDC_ISSUER);
  if (!HOLT_OIDC_CLIENT_ID)
    throw new InvalidInput(
      "HOLT_OIDC_CLIENT_ID: is not set; register Holt at the provider, and set it to the id it gives",
    );
  return {
    issuer,
    clientId: HOLT_OIDC_CLIENT_ID,
    clientSecret: HOLT_OIDC_CLIENT_SECRET || undefined,
    roles: roleMapOf(HOLT_OIDC_ROLES),
    scope: env["HOLT_OIDC_SCOPE"] || "openid profile email",
    name: env["HOLT_OIDC_NAME"] || issuer.hostname,
    redirectUri: new URL("/api/sign-in/callback", serverUrl),
  };
}

/** On this machine, where nobody listens between, http will do. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function issuerOf(written: string): URL {
  const issuer = URL.parse(written);
  const mayBeUsed =
    issuer && (issuer.protocol === "https:" || (issuer.protocol === "http:" && isLoopback(issuer)));
  if (!mayBeUsed || issuer.search || issuer.hash || issuer.username)
    throw new InvalidInput(
      `HOLT_OIDC_ISSUER: "${written}" is not an address with https; write the provider's issuer`,
    );
  return issuer;
}

function roleMapOf(written: string | undefined): RoleMap {
  const example = `as in '{"claim": "groups", "values": {"holt-reviewers": {"roles": ["reviewer"]}}}'`;
  if (!written)
    throw new InvalidInput(
      `HOLT_OIDC_ROLES: is not set; say which value of which claim gives which roles, ${example}`,
    );
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    throw new InvalidInput(`HOLT_OIDC_ROLES: is not JSON; write it ${example}`);
  }
  const parsed = roleMapSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = findSchemaFaults(roleMapSchema, value).map(({ path, problem }) =>
    describeFault({ path: ["HOLT_OIDC_ROLES", ...path], problem }),
  );
  throw new InvalidInput(faults.join("\n"));
}
