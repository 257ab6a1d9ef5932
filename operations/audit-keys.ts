/** Keys that sign (Ed25519), checkpoints of the audit log and releases that leave, and the public ones that check them. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { InvalidInput } from "../core/errors.ts";
import { sha256 } from "../store/digest.ts";

const READ_BY_EVERYBODY = 0o007;

export interface SigningKey {
  /** First 16 digits of the public key's SHA-256. */
  id: string;
  privateKey: KeyObject;
  publicPem: string;
}

/** By their id. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** Makes a key that only its owner may read, unless there is one. */
export async function makeSigningKey(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, pem, { mode: 0o600, flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

/**
 * @param setting that named the file @throws {InvalidInput} it isn't there, isn't an Ed25519 key, or everybody may read it
 */
export async function readSigningKey(
  file: string,
  setting = "HOLT_AUDIT_KEY_FILE",
  remedy = 'make one with "openssl genpkey -algorithm ed25519"',
): Promise<SigningKey> {
  const place = `${setting}: "${file}"`;
  const pem = await read(place, file, remedy);
  if (((await stat(file)).mode & READ_BY_EVERYBODY) !== 0)
    throw new InvalidInput(`${place} may be read by everybody on this machine; "chmod 600" it`);
  const privateKey = parse(place, remedy, () => createPrivateKey(pem));
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return { id: idOf(publicKey), privateKey, publicPem };
}

/** Every public key in a PEM file: one, or after a change of keys several. @throws {InvalidInput} */
export async function readPublicKeys(
  file: string,
  remedy = 'it stands beside the checkpoints as "public-key.pem"',
): Promise<PublicKeys> {
  const place = `public key "${file}"`;
  const pem = await read(place, file, remedy);
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new InvalidInput(`${place}: has no public key in it; ${remedy}`);
  return new Map(
    blocks.map((block) => {
      const key = parse(place, remedy, () => createPublicKey(block));
      return [idOf(key), key];
    }),
  );
}

function idOf(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: "spki", format: "der" })).slice(0, 16);
}

async function read(place: string, file: string, remedy: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidInput(`${place}: could not be read (${code}); ${remedy}`, { cause: error });
  }
}

function parse(place: string, remedy: string, make: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = make();
  } catch {
    // the words of OpenSSL help nobody
  }
  if (key?.asymmetricKeyType !== "ed25519")
    throw new InvalidInput(`${place}: is not an Ed25519 key in PEM; ${remedy}`);
  return key;
}
