import { AuthorizationResponseError } from "openid-client";

/** What came back isn't the provider's answer to this sign-in. Its words are for the log; the person gets a page. */
export class RefusedAnswer extends Error {
  override name = "RefusedAnswer";
}

/** The provider itself said no: the person cancelled, or may not come here. */
export class ProviderRefusal extends Error {
  override name = "ProviderRefusal";
}

/** The provider didn't answer, or with an error of its own. */
export class UnreachableProvider extends Error {
  override name = "UnreachableProvider";
}

/** Sorts what the libraries throw. */
export function refusedOrUnreachable(error: unknown): Error {
  if (error instanceof RefusedAnswer) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause instanceof AuthorizationResponseError)
    return new ProviderRefusal(cause.error_description || cause.error, { cause });
  return isOutOfReach(cause)
    ? new UnreachableProvider(`OpenID provider: could not be reached (${deepest(cause).message})`, { cause })
    : new RefusedAnswer(`OpenID provider: its answer is refused (${deepest(cause).message})`, { cause });
}

function isOutOfReach(error: Error): boolean {
  if (/^(TimeoutError|AbortError|JWKSTimeout)$/.test(error.name)) return true;
  if (error instanceof TypeError && error.message === "fetch failed") return true;
  if (/^Expected 200 OK from the JSON Web Key Set/.test(error.message)) return true;
  const { cause } = error;
  if (cause instanceof Response) return cause.status >= 500;
  return cause instanceof Error && isOutOfReach(cause);
}

function deepest(error: Error): Error {
  return error.cause instanceof Error ? deepest(error.cause) : error;
}
