import { InvalidInput } from "../core/errors.ts";

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d+)?\/?$/;

/**
 * Origins that pages may show pictures of, from HOLT_PICTURE_ORIGINS: addresses without a path, with blanks or commas
 * between them. None when it isn't set.
 * @throws {InvalidInput} one of them is no origin
 */
export function readPictureOrigins(env: NodeJS.ProcessEnv): string[] {
  const written = (env["HOLT_PICTURE_ORIGINS"] ?? "").split(/[\s,]+/).filter((part) => part !== "");
  return [...new Set(written.map(originOf))];
}

function originOf(written: string): string {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  // What comes back as it went in has no path and no credentials; a policy would read other characters otherwise.
  if (url && ORIGIN.test(written) && url.origin === written.replace(/\/$/, "")) return url.origin;
  throw new InvalidInput(
    `HOLT_PICTURE_ORIGINS: "${written}" is not an origin; write one, as in "https://pictures.example.org"`,
  );
}

/** Whether a page of this server may load the picture: from the server itself, or from one of the origins. */
export function isAllowedPicture(address: string | null, origins: readonly string[]): boolean {
  if (address === null) return false;
  return address.startsWith("/") || origins.includes(new URL(address).origin);
}
