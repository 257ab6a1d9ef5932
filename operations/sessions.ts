import { NotAllowed } from "../core/errors.ts";
import { type Actor, Proof } from "../core/roles.ts";
import {
  endSession as endRow,
  type Holder,
  insertSession,
  insertSignInCode,
  spendSignInCode,
} from "../db/tokens.ts";
import { authenticate } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { hashOfSecret, newSecret } from "./secrets.ts";

const CODE_TTL_MS = 5 * 60_000;
/** One working day; a link from a terminal opens the next one. */
export const SESSION_TTL_MS = 12 * 3_600_000;

/** A single-use code that signs the person's browser in: `<server>/runs/<id>/review#sign-in=<code>`. Lives 5 minutes. */
export async function issueSignInCode(
  { database }: OperationsContext,
  actor: Actor,
): Promise<{ code: string; expiresAt: Date }> {
  const { secret, hash } = newSecret();
  const expiresAt = await insertSignInCode(database.db, {
    code_sha256: hash,
    person_id: actor.personId,
    ttlMs: CODE_TTL_MS,
  });
  return { code: secret, expiresAt };
}

/**
 * Opens a page's session with a sign-in code or a token.
 * @throws {NotAllowed} the code is unknown, used or expired; the token opens nothing
 */
export async function openSession(
  context: OperationsContext,
  proof: { code: string } | { token: string },
): Promise<{ session: string; actor: Actor; expiresAt: Date }> {
  const { personId, name, roles, groups } =
    "code" in proof ? await redeemCode(context, proof.code) : await authenticate(context, proof.token);
  const { secret, hash } = newSecret();
  const expiresAt = await insertSession(context.database.db, {
    session_sha256: hash,
    person_id: personId,
    ttlMs: SESSION_TTL_MS,
  });
  const actor = { personId, name, roles, groups, proof: new Proof(secret) };
  return { session: secret, actor, expiresAt };
}

/** Ends a session; one that is unknown or has ended changes nothing. */
export async function endSession({ database }: OperationsContext, session: string): Promise<void> {
  const hash = hashOfSecret(session);
  if (hash) await endRow(database.db, hash);
}

async function redeemCode({ database }: OperationsContext, code: string): Promise<Holder> {
  const hash = hashOfSecret(code);
  const holder = hash && (await spendSignInCode(database.db, hash));
  if (!holder)
    throw new NotAllowed(
      "sign-in code: is unknown, used or older than 5 minutes; get another from the terminal",
    );
  return holder;
}
