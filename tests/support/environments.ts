/** Two environments made of rows: one with a live version and a key, and one that trusts it. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "../../core/roles.ts";
import { trustEnvironment } from "../../operations/environments.ts";
import { exportRelease } from "../../operations/export-release.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { addActor } from "./actors.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { addLiveVersion, addShop, storeModels } from "./shop.ts";

export interface Environment {
  database: TestDatabase;
  artifacts: ArtifactStore;
  engineer: Actor;
  admin: Actor;
}

export interface Environments {
  folder: string;
  staging: Environment & { privateKey: KeyObject; publicFile: string; runId: string };
  production: Environment;
  /** A file of the shop's live version; its path. */
  exported(name: string, change?: { environment?: string; privateKey?: KeyObject }): Promise<string>;
  close(): Promise<void>;
}

export async function openEnvironments(): Promise<Environments> {
  const folder = await mkdtemp(join(tmpdir(), "holt-environments-"));
  const [from, production] = [await open(folder, "staging"), await open(folder, "production")];
  const { runId } = await addLiveVersion(from.database.db, { artifacts: await storeModels(from.artifacts) });
  await addShop(production.database.db);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const publicFile = join(folder, "staging.pub.pem");
  await writeFile(publicFile, publicKey.export({ type: "spki", format: "pem" }));
  await trustEnvironment(production, production.admin, { file: publicFile, name: "staging" });
  const staging = { ...from, privateKey, publicFile, runId };
  return {
    folder,
    staging,
    production,
    async exported(name, change = {}) {
      const path = join(folder, name);
      const of = { model: "shop", path, environment: "staging", privateKey, ...change };
      await exportRelease(staging, staging.engineer, of);
      return path;
    },
    async close() {
      await from.database.close();
      await production.database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function open(folder: string, name: string): Promise<Environment> {
  const database = await createTestDatabase();
  return {
    database,
    artifacts: new ArtifactStore(join(folder, name)),
    engineer: await addActor({ database }, "deployer"),
    admin: await addActor({ database }, "admin"),
  };
}
