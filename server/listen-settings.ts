import { InvalidInput } from "../core/errors.ts";

const DEFAULT_PORT = 7400;

/** Where the server listens: loopback, unless HOLT_HOST says otherwise. @throws {InvalidInput} HOLT_PORT is no port */
export function listenSettings(env: NodeJS.ProcessEnv): { host: string; port: number } {
  const written = env["HOLT_PORT"] ?? String(DEFAULT_PORT);
  const port = Number(written);
  if (!/^\d{1,5}$/.test(written) || port > 65_535)
    throw new InvalidInput(`HOLT_PORT: "${written}" is not a port; write a number from 0 to 65535`);
  return { host: env["HOLT_HOST"] ?? "127.0.0.1", port };
}
