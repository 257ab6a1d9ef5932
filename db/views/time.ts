/** A time as the API gives it: ISO 8601 in UTC. */
export function iso(time: Date): string;
export function iso(time: Date | null): string | null;
export function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
