import { randomBytes } from "node:crypto";
import type { Actor, Role } from "../../core/roles.ts";
import type { OperationsContext } from "../../operations/context.ts";
import { addPerson, SET_UP } from "../../operations/people.ts";

/** A new person of this role, signed in. */
export function addActor(context: OperationsContext, role: Role): Promise<Actor> {
  return addPerson(context, SET_UP, { name: `${role}-${randomBytes(4).toString("hex")}`, role });
}
