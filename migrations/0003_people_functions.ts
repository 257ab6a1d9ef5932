/** People are known, added and signed in by functions, so that no process can do it in somebody's name. Old workers must end first. */
import type { Kysely } from "kysely";
import { addIdentityFunctions } from "./people-functions/identity.ts";
import { addPeopleFunctions } from "./people-functions/people.ts";
import { addSessionFunctions } from "./people-functions/sessions.ts";
import { addTokenFunctions } from "./people-functions/tokens.ts";
import { addWorkFunctions } from "./people-functions/work.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await addIdentityFunctions(db);
  await addPeopleFunctions(db);
  await addTokenFunctions(db);
  await addSessionFunctions(db);
  await addWorkFunctions(db);
}
