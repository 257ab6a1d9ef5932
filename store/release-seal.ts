/** The signature on a release's file: Ed25519 by a key of the environment that it comes from. */
import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../core/json.ts";
import { sealedText } from "../core/release-export.ts";
import { sha256 } from "./digest.ts";

export const sealSchema = z.strictObject({
  /** SHA-256 of the public key's DER. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
export type Seal = z.output<typeof sealSchema>;

/** Bytes of a seal's canonical JSON: each is as long. */
export const SEAL_BYTES = canonicalJson({ key: "0".repeat(64), signature: "0".repeat(128) }).length;

/** Signs a manifest's text. */
export function seal(manifest: string, privateKey: KeyObject): Seal {
  const signature = sign(null, Buffer.from(sealedText(sha256(manifest))), privateKey).toString("hex");
  return { key: keyIdOf(publicDerOf(createPublicKey(privateKey))), signature };
}

/** Whether this key signed this very text. */
export function isSealedBy(publicDer: Uint8Array, manifest: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicDer), format: "der", type: "spki" });
  return verify(null, Buffer.from(sealedText(sha256(manifest))), key, Buffer.from(signature, "hex"));
}

export function publicDerOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

export function keyIdOf(publicDer: Uint8Array): string {
  return sha256(publicDer);
}
