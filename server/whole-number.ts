import { InvalidInput } from "../core/errors.ts";

/** A setting that is a whole number, or what counts without it. @throws {InvalidInput} it is none, or out of its range */
export function wholeNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  { or, from, to }: { or: number; from: number; to: number },
): number {
  const written = env[name];
  if (!written) return or;
  const value = Number(written);
  if (/^\d+$/.test(written) && value >= from && value <= to) return value;
  throw new InvalidInput(`${name}: "${written}" is not a whole number from ${from} to ${to}; write one`);
}
