import { setTimeout } from "node:timers/promises";
import type { Product, ShownList } from "./day.ts";

const TRIES = 10;

/**
 * The product's back end that the audience looks at: asks a Holt server over HTTP.
 * @param of token: of an account with the role "service"
 */
export function httpProduct(of: {
  url: string;
  token: string;
  model: string;
  signal?: AbortSignal;
}): Product {
  return {
    async recommend(requests) {
      const { answers } = (await post(of, `/v1/models/${of.model}/recommendations`, { requests })) as {
        answers: ShownList[];
      };
      return answers;
    },
    async tell(outcomes) {
      if (outcomes.length > 0) await post(of, "/v1/outcomes", { outcomes });
    },
  };
}

/** Sends again what a busy server refused; as `Retry-After` says. */
async function post(
  { url, token, signal }: { url: string; token: string; signal?: AbortSignal },
  path: string,
  body: unknown,
): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(new URL(path, url), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
    if (answer.status === 503 && tries < TRIES) {
      await answer.body?.cancel();
      await setTimeout(1_000 * Number(answer.headers.get("retry-after") ?? 1));
      continue;
    }
    if (answer.status !== 200 && answer.status !== 202)
      throw new Error(`${path}: HTTP ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    return answer.json();
  }
}
