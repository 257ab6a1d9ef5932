import type { Adapter, AdapterPayload } from "oidc-provider";

/** What a test's OpenID provider keeps, in memory, until it ends; keys may rotate meanwhile. */
export class OpenidMemory {
  readonly #kept = new Map<string, AdapterPayload>();

  /** One kind of thing, as oidc-provider asks for it. */
  adapterFor(kind: string): Adapter {
    const kept = this.#kept;
    const keyOf = (id: string) => `${kind} ${id}`;
    const findBy = (test: (payload: AdapterPayload) => boolean) =>
      [...kept].find(([key, payload]) => key.startsWith(`${kind} `) && test(payload))?.[1];
    return {
      async upsert(id, payload) {
        kept.set(keyOf(id), payload);
      },
      find: async (id) => kept.get(keyOf(id)),
      findByUid: async (uid) => findBy((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => findBy((payload) => payload.userCode === userCode),
      async consume(id) {
        const payload = kept.get(keyOf(id));
        if (payload) payload["consumed"] = Math.floor(Date.now() / 1_000);
      },
      async destroy(id) {
        kept.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key);
      },
    };
  }
}
