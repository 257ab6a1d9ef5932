import { randomUUID } from "node:crypto";
import type { Database } from "../../../db/connection.ts";
import { forgetServer, type HeldVersion, noteServer, writeCounts } from "../../../db/servers.ts";
import { within } from "../../within.ts";
import type { LiveModels } from "../live-models.ts";

const EVERY_MS = 1_000;
/** An end waits no longer for a PostgreSQL that hangs; a server without a word is forgotten anyway. */
const LAST_WORD_WITHIN_MS = 1_000;

/** Says each second that this server is there, what it holds, and what it counted; rollouts wait for that. */
export class ServerHeartbeat {
  readonly #database: Database;
  readonly #live: LiveModels;
  readonly #server: { id: string; name: string };
  /** By model and version, since when it has a problem. */
  #troubles = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  /** @param name shown to people who look at a rollout, as `host:port` */
  constructor(database: Database, live: LiveModels, name: string) {
    this.#database = database;
    this.#live = live;
    this.#server = { id: randomUUID(), name };
  }

  start(): void {
    this.#timer = setInterval(() => this.#beat(), EVERY_MS);
    this.#beat();
  }

  /** Says that the server is gone, as far as PostgreSQL can be told. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const saying = (async () => {
      await this.#beating;
      await this.#say();
      await forgetServer(this.#database.db, this.#server.id);
    })();
    await within(LAST_WORD_WITHIN_MS, "PostgreSQL", saying).catch(() => undefined);
  }

  /** One at a time: a PostgreSQL that hangs is not asked again meanwhile. That it doesn't answer is said elsewhere. */
  #beat(): void {
    this.#beating ??= this.#say()
      .catch(() => undefined)
      .finally(() => {
        this.#beating = undefined;
      });
  }

  async #say(): Promise<void> {
    const { db } = this.#database;
    await noteServer(db, { ...this.#server, versions: this.#heldSince() });
    await writeCounts(db, this.#server.id, this.#live.counts());
  }

  #heldSince(): HeldVersion[] {
    const held = this.#live.held();
    const before = this.#troubles;
    const name = ({ model, version }: HeldVersion) => JSON.stringify([model, version]);
    const now = new Date().toISOString();
    this.#troubles = new Map(
      held.filter(({ problem }) => problem !== null).map((one) => [name(one), before.get(name(one)) ?? now]),
    );
    return held.map((one) => {
      const since = this.#troubles.get(name(one));
      return since === undefined ? one : { ...one, since };
    });
  }
}
