import { randomUUID } from "node:crypto";

/**
 * A UUID of version 7 (RFC 9562): milliseconds since 1970 in its first 48 bits, 74 random ones behind them. Ids of one
 * hour stand together in an index, and each tells its time.
 */
export function timedId(nowMs: number = Date.now()): string {
  const time = nowMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** Milliseconds since 1970 that a UUID of version 7 has. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The least UUID of version 7 that a time (milliseconds since 1970) can have, for ranges of ids. */
export function firstIdAt(ms: number): string {
  const time = Math.max(0, Math.ceil(ms)).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
