import { createHash } from "node:crypto";
import { canonicalJson } from "../core/json.ts";

/** SHA-256 of bytes or text, as 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 of a value's canonical JSON: equal values have equal digests, whatever the order of their keys. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
