import { ROLES, type Role } from "../../core/roles.ts";
import { sha256 } from "../../store/digest.ts";
import type { RoleMap } from "./settings.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** What the claim's values give together; nothing when it isn't there. */
export function rolesOf(claims: Claims, { claim, values }: RoleMap): { roles: Role[]; groups: string[] } {
  const given = [findClaim(claims, claim) ?? []].flat().filter((value) => typeof value === "string");
  // `values` is data, so a value like "constructor" must find nothing.
  const mapped = given.flatMap((value) => (Object.hasOwn(values, value) ? [values[value]] : []));
  const has = (role: Role) => mapped.some((one) => one?.roles.includes(role));
  return {
    roles: ROLES.filter(has),
    groups: [...new Set(mapped.flatMap((one) => one?.groups ?? []))].sort(),
  };
}

/** By its name, else as a path into objects; undefined when it isn't there. */
export function findClaim(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let found: unknown = claims;
  for (const part of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Claims)[part];
  }
  return found;
}

const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** Their mail address, unless the provider itself says that it may be another's. */
export function emailOf({ email, email_verified }: Claims): string | null {
  return typeof email === "string" && EMAIL.test(email) && email_verified !== false ? email : null;
}

/** What Holt calls a person whom it meets for the first time: as the provider does, in Holt's letters. */
export function nameOf(claims: Claims): string {
  const written = [claims["preferred_username"], claims["email"], claims["sub"]].find(
    (value) => typeof value === "string" && value !== "",
  ) as string;
  const name = written
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._@-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 80);
  return name || `person-${sha256(`${claims["iss"]} ${claims["sub"]}`).slice(0, 12)}`;
}
