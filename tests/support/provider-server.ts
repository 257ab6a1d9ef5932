import getPort from "get-port";
import { OidcProvider } from "../../server/oidc/provider.ts";
import { readOidcSettings } from "../../server/oidc/settings.ts";
import type { TestDatabase } from "./database-at.ts";
import { CLIENT_ID, CLIENT_SECRET, startOpenidProvider, type TestProvider } from "./openid-provider.ts";
import { openServerAt, type TestServer } from "./server-at.ts";

export const ROLE_MAP = {
  claim: "groups",
  values: {
    "holt-reviewers": { roles: ["reviewer"], groups: ["editors"] },
    "holt-staff": { roles: ["viewer"] },
  },
};

export interface ServerWithProvider extends TestServer {
  provider: TestProvider;
  serverUrl: string;
}

export interface ProviderOptions {
  /** A client without a secret. */
  isPublic?: boolean;
  /** Of the provider; "localhost" is another site than Holt's 127.0.0.1. */
  host?: string;
  webFolder?: string;
}

/** Holt's server on a port of its own, and the provider that its people sign in at. */
export async function openServerWithProvider(
  database: TestDatabase,
  cleanUp: (end: () => Promise<void>) => void,
  { isPublic = false, host = "127.0.0.1", webFolder }: ProviderOptions = {},
): Promise<ServerWithProvider> {
  const port = await getPort();
  const serverUrl = `http://127.0.0.1:${port}`;
  const provider = await startOpenidProvider(`${serverUrl}/api/sign-in/callback`, { isPublic, host });
  cleanUp(provider.close);
  const settings = readOidcSettings(
    {
      HOLT_OIDC_ISSUER: provider.issuer,
      HOLT_OIDC_CLIENT_ID: CLIENT_ID,
      ...(isPublic ? {} : { HOLT_OIDC_CLIENT_SECRET: CLIENT_SECRET }),
      HOLT_OIDC_ROLES: JSON.stringify(ROLE_MAP),
      HOLT_OIDC_NAME: "Example",
    },
    serverUrl,
  );
  if (!settings) throw new Error("the provider is set");
  const oidc = new OidcProvider(settings);
  const server = await openServerAt(database, cleanUp, {
    serverUrl,
    oidc,
    ...(webFolder ? { webFolder } : {}),
  });
  await server.app.listen({ host: "127.0.0.1", port });
  return { ...server, provider, serverUrl };
}
