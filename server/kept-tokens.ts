import { join } from "node:path";
import { z } from "zod";
import { type Actor, mayDo, Proof, ROLES } from "../core/roles.ts";
import type { Database } from "../db/connection.ts";
import { listGoodTokens } from "../db/tokens.ts";
import { hashOfSecret } from "../operations/secrets.ts";
import { readSealed, writeSealed } from "../store/sealed-file.ts";
import { within } from "./within.ts";

/** PostgreSQL is asked so often which of them are still good. */
const ASK_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 2_000;
/** A start waits so long for its answer. */
const START_WITHIN_MS = 400;
/** A token that PostgreSQL called good longer ago than this opens nothing more, whatever its own end. */
const LONGEST_MS = 24 * 3_600_000;
const MOST_TOKENS = 1_000;

const fileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tokens: z.array(
    z.strictObject({
      /** SHA-256 of the token, as PostgreSQL has it. */
      hash: z.string(),
      personId: z.string(),
      name: z.string(),
      roles: z.array(z.enum(ROLES)),
      checkedAt: z.iso.datetime(),
      usableUntil: z.iso.datetime(),
    }),
  ),
});
type Kept = z.output<typeof fileSchema>["tokens"][number];

export interface KeptTokensSettings {
  database: Pick<Database, "db">;
  folder: string;
  onProblem: (error: Error) => void;
}

/**
 * Tokens that asked for recommendations, or told what came of them, while PostgreSQL was there, so that they can while it is
 * away, after a start too. Their hashes alone, in a file that only this process's user may read. They open nothing else.
 */
export class KeptTokens {
  readonly #settings: KeptTokensSettings;
  readonly #path: string;
  readonly #kept = new Map<string, Kept>();
  readonly #wanted = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #startedAlone = false;
  #working: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(settings: KeptTokensSettings) {
    this.#settings = settings;
    this.#path = join(settings.folder, "tokens.json");
  }

  /** PostgreSQL could not be asked when this server started; what it says later is for whoever asks it. */
  get startedAlone(): boolean {
    return this.#startedAlone;
  }

  /** Reads what was kept, and asks PostgreSQL then, and now and again, which of them are still good. */
  async start(): Promise<void> {
    const file = await readSealed(this.#path, fileSchema).catch(this.#settings.onProblem);
    for (const token of file?.tokens ?? []) this.#kept.set(token.hash, token);
    this.#timer = setInterval(() => void this.look(), ASK_EVERY_MS);
    await within(START_WITHIN_MS, "PostgreSQL", this.#asking()).catch(() => {
      this.#startedAlone = true;
    });
  }

  /** Whose token this is, for the routes that ask here; undefined when it isn't kept, or has ended. */
  find(token: string): Actor | undefined {
    const kept = this.#kept.get(hashOfSecret(token) ?? "");
    if (!kept || new Date(kept.usableUntil).getTime() <= Date.now()) return undefined;
    const { personId, name, roles } = kept;
    return { personId, name, roles, groups: [], proof: new Proof(token) };
  }

  /** PostgreSQL said that it is good. */
  note(token: string, actor: Actor): void {
    const hash = hashOfSecret(token);
    if (!hash || this.#kept.has(hash) || this.#wanted.has(hash) || !mayAskHere(actor.roles)) return;
    if (this.#kept.size + this.#wanted.size >= MOST_TOKENS) return;
    this.#wanted.add(hash);
    void this.look();
  }

  /** PostgreSQL said that it is good no more. */
  drop(token: string): void {
    const hash = hashOfSecret(token) ?? "";
    if (this.#kept.delete(hash)) void this.#write();
  }

  /** Asks which are good now, and writes them down. One at a time; without PostgreSQL it changes nothing. */
  async look(): Promise<void> {
    await this.#asking().catch(() => undefined); // who looks for what is live says that PostgreSQL is away
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working?.catch(() => undefined);
    await this.#writing;
  }

  #asking(): Promise<void> {
    this.#working ??= this.#ask().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #ask(): Promise<void> {
    do await this.#askOnce();
    while (this.#wanted.size > 0);
  }

  async #askOnce(): Promise<void> {
    const hashes = [...this.#kept.keys(), ...this.#wanted];
    if (hashes.length === 0) return;
    const checkedAt = Date.now();
    const asking = listGoodTokens(this.#settings.database.db, hashes);
    const good = await within(ANSWER_WITHIN_MS, "PostgreSQL", asking);
    for (const hash of hashes) {
      this.#kept.delete(hash);
      this.#wanted.delete(hash);
    }
    for (const { hash, personId, name, roles, endsAt } of good)
      if (mayAskHere(roles))
        this.#kept.set(hash, {
          ...{ hash, personId, name, roles: [...roles] },
          checkedAt: new Date(checkedAt).toISOString(),
          usableUntil: new Date(Math.min(endsAt.getTime(), checkedAt + LONGEST_MS)).toISOString(),
        });
    await this.#write();
  }

  /** One after the other, so that the last one has the last word. */
  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(() => writeSealed(this.#path, { schemaVersion: 1, tokens: [...this.#kept.values()] }))
      .catch(this.#settings.onProblem);
    return this.#writing;
  }
}

function mayAskHere(roles: Actor["roles"]): boolean {
  return mayDo(roles, "recommend") || mayDo(roles, "report");
}
