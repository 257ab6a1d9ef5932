import { NotAllowed } from "../core/errors.ts";
import { type Actor, Proof } from "../core/roles.ts";
import * as tokens from "../db/tokens.ts";
import type { OperationsContext } from "./context.ts";
import { hashOfSecret, newSecret } from "./secrets.ts";

const CODE_TTL_MS = 5 * 60_000;
/** One working day; a link from a terminal opens the next one. Half an hour without use ends it sooner. */
export const SESSION_TTL_MS = 12 * 3_600_000;

export interface OpenedSession {
  session: string;
  actor: Actor;
  expiresAt: Date;
}

/**
 * A single-use code that signs the person's browser in: `<server>/runs/<id>/review#sign-in=<code>`. Lives 5 minutes.
 * @throws {NotAllowed} the person came by a session, or their token opens nothing any more
 */
export async function issueSignInCode(
  { database }: OperationsContext,
  actor: Actor,
): Promise<{ code: string; expiresAt: Date }> {
  const { secret, hash } = newSecret();
  const code = { hash, ttlMs: CODE_TTL_MS };
  return { code: secret, expiresAt: await tokens.addSignInCode(database.db, actor.proof.reveal(), code) };
}

/**
 * Opens a page's session with a sign-in code or a token; each has a secret of its own.
 * @throws {NotAllowed} the code is unknown, used or expired; the token opens nothing
 */
export async function openSession(
  { database }: OperationsContext,
  by: { code: string } | { token: string },
): Promise<OpenedSession> {
  const given = "code" in by ? by.code : by.token;
  const { secret, hash } = newSecret();
  const opened =
    hashOfSecret(given) && (await tokens.openSession(database.db, by, { hash, ttlMs: SESSION_TTL_MS }));
  if (opened) return openedSession(secret, opened);
  throw new NotAllowed(
    "code" in by
      ? "sign-in code: is unknown, used or older than 5 minutes; get another from the terminal"
      : "token: is unknown, expired or revoked; ask an admin for another",
  );
}

/**
 * Opens a session for somebody whom another party signed in: an OpenID provider, or Slack. The caller has checked its word.
 * @throws {NotAllowed} nobody here is that, or they are disabled @throws {Conflict} the name is somebody else's
 */
export async function openExternalSession(
  { database, signIn = database }: Pick<OperationsContext, "database" | "signIn">,
  person: tokens.ExternalPerson,
  ttlMs: number = SESSION_TTL_MS,
): Promise<OpenedSession> {
  const { secret, hash } = newSecret();
  return openedSession(secret, await tokens.signInExternal(signIn.db, person, { hash, ttlMs }));
}

/** Ends a session; one that is unknown or has ended changes nothing. */
export async function endSession({ database }: OperationsContext, session: string): Promise<void> {
  const hash = hashOfSecret(session);
  if (hash) await tokens.endSession(database.db, hash);
}

function openedSession(
  session: string,
  { holder, expiresAt }: { holder: tokens.Holder; expiresAt: Date },
): OpenedSession {
  return { session, actor: { ...holder, proof: new Proof(session) }, expiresAt };
}
