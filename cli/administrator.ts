import { NotAllowed } from "../core/errors.ts";
import { hasAdministrator } from "../db/views/people.ts";
import { type By, SET_UP } from "../operations/people.ts";
import type { Session } from "./session.ts";

/**
 * Who adds people and hands out tokens: the token's person. As long as no admin holds a token, also whoever has the
 * database's own key (DATABASE_URL), so that a new installation has a way in; the audit log then names nobody.
 * @throws {NotAllowed} no token is set though there is an admin
 */
export async function whoAdministers(session: Session): Promise<By> {
  if (session.settings.token) return session.actor();
  if (!(await hasAdministrator(session.database.db))) return SET_UP;
  throw new NotAllowed(
    "HOLT_TOKEN: is not set, and this installation has an admin; set it to an admin's token",
  );
}
