/** Whose releases may come in: keys of other environments, each trusted by an admin of this one. */
import { writeFile } from "node:fs/promises";
import { InvalidInput, NotFound } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import * as environments from "../db/environments.ts";
import { keyIdOf, publicDerOf } from "../store/release-seal.ts";
import { makeSigningKey, readPublicKeys, readSigningKey } from "./audit-keys.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/** Makes this environment's key, for its owner alone, and writes the public one beside it; one that is there stays. */
export async function makeEnvironmentKey(files: {
  privateFile: string;
  publicFile: string;
}): Promise<{ id: string }> {
  await makeSigningKey(files.privateFile);
  const { publicPem } = await readSigningKey(files.privateFile, "HOLT_ENVIRONMENT_KEY_FILE");
  await writeFile(files.publicFile, publicPem);
  return { id: (await readOneKey(files.publicFile)).id };
}

/**
 * Lets in what this key signs, under this name; again changes nothing.
 * @throws {NotAllowed} @throws {InvalidInput} the file has no Ed25519 key, or several @throws {Conflict} it has another name here
 */
export async function trustEnvironment(
  { database }: OperationsContext,
  actor: Actor,
  { file, name }: { file: string; name: string },
): Promise<{ id: string; name: string }> {
  requireAbility(actor, "administer");
  const { publicDer } = await readOneKey(file);
  const id = await environments.trustEnvironment(database.db, {
    proof: actor.proof.reveal(),
    name,
    publicDer,
  });
  return { id, name };
}

/**
 * Lets nothing more in by this key; what came stays, and so does what is live.
 * @param written a key's id, or as much of it as names no other @throws {NotAllowed | NotFound}
 */
export async function distrustEnvironment(
  { database }: OperationsContext,
  actor: Actor,
  written: string,
): Promise<environments.TrustedKey> {
  requireAbility(actor, "administer");
  const found = (await environments.listTrustedKeys(database.db)).filter(({ id }) => id.startsWith(written));
  const [one, another] = found;
  if (!one || another)
    throw new NotFound(
      `key "${written}": ${one ? `${found.length} begin so; write more of its id` : 'none begins so; see "holt keys"'}`,
    );
  await environments.distrustEnvironment(database.db, { proof: actor.proof.reveal(), key: one.id });
  return one;
}

async function readOneKey(file: string): Promise<{ id: string; publicDer: Buffer }> {
  const keys = await readPublicKeys(file, 'hand over the file that "holt keys make" wrote there');
  const [key, another] = [...keys.values()];
  if (!key || another)
    throw new InvalidInput(
      `public key "${file}": has ${keys.size} keys in it; write each to a file of its own`,
    );
  const publicDer = publicDerOf(key);
  return { id: keyIdOf(publicDer), publicDer };
}
