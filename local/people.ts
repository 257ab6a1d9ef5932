import type { Actor } from "../core/roles.ts";
import type { Database } from "../db/connection.ts";
import { addPerson, issueToken, revokeToken, SET_UP } from "../operations/people.ts";

const TOKEN_LABEL = "local stack";
/** Longer than any stack runs; the next start revokes it. */
const TOKEN_TTL_MS = 30 * 86_400_000;

export interface LocalPeople {
  admin: Actor;
  engineer: Actor;
  reviewer: Actor;
  /** The admin's, for the commands of whoever runs this; the one of the last start opens nothing any more. */
  token: string;
}

/** The first people of a local Holt, one a role, and a token; a second call gives the same people. */
export async function addLocalPeople(database: Database): Promise<LocalPeople> {
  const context = { database };
  const add = (name: "admin" | "engineer" | "reviewer") => addPerson(context, SET_UP, { name, role: name });
  const [admin, engineer, reviewer] = [await add("admin"), await add("engineer"), await add("reviewer")];
  await revokeToken(context, SET_UP, { name: admin.name, label: TOKEN_LABEL });
  const { token } = await issueToken(context, SET_UP, {
    name: admin.name,
    label: TOKEN_LABEL,
    ttlMs: TOKEN_TTL_MS,
  });
  return { admin, engineer, reviewer, token };
}
