import type { Actor, Role } from "../core/roles.ts";
import type { Database } from "../db/connection.ts";
import { authenticate } from "../operations/authenticate.ts";
import { addPerson, issueToken, revokeToken, SET_UP } from "../operations/people.ts";

const TOKEN_LABEL = "local stack";
/** Longer than any stack runs; the next start revokes it. */
const TOKEN_TTL_MS = 30 * 86_400_000;

/** Two hands at least: who asks for a run may not approve what comes of it. */
const LOCAL_ROLES = { admin: "admin", engineer: "deployer", reviewer: "reviewer" } as const;
export type LocalName = keyof typeof LOCAL_ROLES;

export type LocalPeople = Record<LocalName, Actor>;

/** The first people of a local Holt, each with a token; a second call gives the same people, and new tokens for old. */
export async function addLocalPeople(database: Database): Promise<LocalPeople> {
  const add = (name: LocalName) => addLocalPerson(database, name, LOCAL_ROLES[name]);
  const [admin, engineer, reviewer] = [await add("admin"), await add("engineer"), await add("reviewer")];
  return { admin, engineer, reviewer };
}

async function addLocalPerson(database: Database, name: LocalName, role: Role): Promise<Actor> {
  const context = { database };
  await addPerson(context, SET_UP, { name, roles: [role] });
  await revokeToken(context, SET_UP, { name, label: TOKEN_LABEL });
  const { token } = await issueToken(context, SET_UP, { name, label: TOKEN_LABEL, ttlMs: TOKEN_TTL_MS });
  return authenticate(context, token);
}
