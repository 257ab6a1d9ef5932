import { createContext, useContext } from "react";
import type { Me, Problem } from "../../core/api.ts";
import { type Ability, mayDo } from "../../core/roles.ts";
import { problemOf, request } from "./request.ts";

const FRAGMENT = /^#sign-in=(.+)$/;

export interface Session {
  me: Me;
  /** Asks again who is signed in; after a 401, or after signing out. */
  refresh(): Promise<void>;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** Who is signed in. Only below the part of the page that needs somebody. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession: nobody is signed in here; use it below SessionContext");
  return session;
}

/** Whether the person may do this, by the same table as the server's. */
export function useMay(ability: Ability): boolean {
  return mayDo(useSession().me.roles, ability);
}

export async function signIn(proof: { token: string } | { code: string }): Promise<void> {
  await request("POST", "/api/session", { body: proof });
}

export async function signOut(): Promise<void> {
  await request("DELETE", "/api/session");
}

/**
 * Signs in with the code of an address like `/runs/7#sign-in=<code>`. The code leaves the address first, so that it is
 * neither shared nor kept in the history. Returns why it failed; undefined when it worked or there was no code.
 */
export async function signInByFragment(): Promise<Problem | undefined> {
  const [, code] = FRAGMENT.exec(location.hash) ?? [];
  if (!code) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    await signIn({ code: decodeURIComponent(code) });
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
