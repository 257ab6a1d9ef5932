/** What Holt's functions in the database refuse, as the errors that the rest of Holt knows. */
import pg from "pg";
import { BrokenPromise, Conflict, InvalidInput, NotAllowed, NotFound } from "../core/errors.ts";

/** SQLSTATEs that the functions raise, by the class that they stand for. Their message is the error's, word for word. */
const REFUSALS: Record<string, new (message: string, options?: ErrorOptions) => Error> = {
  HT400: InvalidInput,
  HT403: NotAllowed,
  HT404: NotFound,
  HT409: Conflict,
  HT500: BrokenPromise,
};

/**
 * Calls a function of the database.
 * @throws {InvalidInput | NotAllowed | NotFound | Conflict | BrokenPromise} it refused
 */
export async function withRefusals<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const Refusal = error instanceof pg.DatabaseError ? REFUSALS[error.code ?? ""] : undefined;
    if (Refusal && error instanceof Error) throw new Refusal(error.message, { cause: error });
    throw error;
  }
}

/** Whether a statement was ended since it took longer than it may. */
export function isTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "57014";
}
