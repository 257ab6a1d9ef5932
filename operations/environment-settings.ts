import { join } from "node:path";
import { InvalidInput } from "../core/errors.ts";
import { ENVIRONMENT_NAME } from "../core/release-export.ts";
import { readSigningKey, type SigningKey } from "./audit-keys.ts";

/** What this installation is called in what it exports. @throws {InvalidInput} it has no name */
export function environmentName(env: NodeJS.ProcessEnv): string {
  const name = env["HOLT_ENVIRONMENT"];
  if (name && ENVIRONMENT_NAME.test(name)) return name;
  throw new InvalidInput(
    name
      ? `HOLT_ENVIRONMENT: "${name}" is not a name; use a small letter, then small letters, digits or -, 20 at most`
      : 'HOLT_ENVIRONMENT: is not set, so nobody would know where this comes from; set it to a name such as "staging"',
  );
}

/** Where the key is that signs what leaves this environment, and beside it the public one that others trust. */
export function environmentKeyFiles(
  env: NodeJS.ProcessEnv,
  home: string,
): { privateFile: string; publicFile: string } {
  const privateFile = env["HOLT_ENVIRONMENT_KEY_FILE"] ?? join(home, "environment-key.pem");
  return { privateFile, publicFile: `${privateFile.replace(/\.pem$/, "")}.pub.pem` };
}

/** @throws {InvalidInput} there is none, or everybody may read it */
export function readEnvironmentKey(env: NodeJS.ProcessEnv, home: string): Promise<SigningKey> {
  const { privateFile } = environmentKeyFiles(env, home);
  return readSigningKey(privateFile, "HOLT_ENVIRONMENT_KEY_FILE", 'make one with "holt keys make"');
}
