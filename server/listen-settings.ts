import { InvalidInput } from "../core/errors.ts";
import { wholeNumber } from "./whole-number.ts";

const DEFAULT_PORT = 7400;

export interface ListenSettings {
  /** Loopback, unless HOLT_HOST says otherwise. */
  host: string;
  port: number;
  /** Between "not ready" and the end of listening: a load balancer's look or two. */
  drainMs: number;
}

/** Where the server listens, and how it ends. @throws {InvalidInput} HOLT_PORT is no port, or HOLT_DRAIN_MS no such time */
export function listenSettings(env: NodeJS.ProcessEnv): ListenSettings {
  const written = env["HOLT_PORT"] ?? String(DEFAULT_PORT);
  const port = Number(written);
  if (!/^\d{1,5}$/.test(written) || port > 65_535)
    throw new InvalidInput(`HOLT_PORT: "${written}" is not a port; write a number from 0 to 65535`);
  const drainMs = wholeNumber(env, "HOLT_DRAIN_MS", { or: 250, from: 0, to: 300_000 });
  return { host: env["HOLT_HOST"] ?? "127.0.0.1", port, drainMs };
}
