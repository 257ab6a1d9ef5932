import { randomBytes } from "node:crypto";
import type { Actor, Role } from "../../core/roles.ts";
import { authenticate } from "../../operations/authenticate.ts";
import type { OperationsContext } from "../../operations/context.ts";
import { addPerson, issueToken, type NewPerson, SET_UP } from "../../operations/people.ts";

/** A day: people in a template are there for as long as the test run. */
const TTL_MS = 86_400_000;

/** A person with a token of their own, so that PostgreSQL knows them too; by default a new one of this role. */
export async function addActor(
  context: OperationsContext,
  role: Role | readonly Role[],
  person: Partial<NewPerson> = {},
): Promise<Actor> {
  const roles = [role].flat() as Role[];
  const name = person.name ?? `${roles.join("-")}-${randomBytes(4).toString("hex")}`;
  await addPerson(context, SET_UP, { ...person, name, roles });
  const { token } = await issueToken(context, SET_UP, { name, ttlMs: TTL_MS });
  return authenticate(context, token);
}
