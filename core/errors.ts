/**
 * Errors that a person caused and can mend: `place: value, what is wrong; remedy`. They are never retried.
 * Temporal goes by the class's name, so each kind is a class of its own (NEVER_RETRIED lists them).
 */
export class InvalidInput extends Error {
  override name = "InvalidInput";
}

/** A promise between the parts was broken: bytes that hash to something else, a stale flip, an unsigned release. */
export class BrokenPromise extends Error {
  override name = "BrokenPromise";
}

/** The caller may not do this. */
export class NotAllowed extends Error {
  override name = "NotAllowed";
}

/** What was asked for doesn't exist. */
export class NotFound extends Error {
  override name = "NotFound";
}

/** What was asked for doesn't fit what is there now (decided already, another version live). */
export class Conflict extends Error {
  override name = "Conflict";
}

/** Names of the errors that trying again can't mend. */
export const NEVER_RETRIED = ["InvalidInput", "BrokenPromise", "NotAllowed", "NotFound", "Conflict"] as const;
