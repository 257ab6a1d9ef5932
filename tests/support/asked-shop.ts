import { expect } from "vitest";
import type { ManyRecommendations } from "../../core/answers.ts";
import type { Recommendations } from "../../core/api.ts";
import { testDatabase } from "./database.ts";
import { addHistories } from "./histories.ts";
import { testServer } from "./server.ts";
import { addLiveVersion, storeModels } from "./shop.ts";

/** A shop with a live model, people with a history that it knows, and a program that asks. */
export async function askedShop() {
  const database = await testDatabase();
  const server = await testServer(database);
  const headers = await server.asProgram("service");
  await addLiveVersion(database.db, { artifacts: await storeModels(server.artifacts) });
  await addHistories(database, { ann: ["i07", "i08"], bea: ["i12", "i13"] });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(1);
  await server.live.look();
  const get = async (path: string, more: Record<string, string> = {}) => {
    const url = `/v1/models/shop/${path}`;
    const answer = await server.app.inject({ url, headers: { ...headers, ...more } });
    const { statusCode: status } = answer;
    return { status, headers: answer.headers, body: answer.body === "" ? undefined : answer.json() };
  };
  const post = async (payload: object) => {
    const url = "/v1/models/shop/recommendations";
    const answer = await server.app.inject({ method: "POST", url, headers, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const askMany = async (payload: object): Promise<Recommendations[]> => {
    const { status, body } = await post(payload);
    expect(status, JSON.stringify(body)).toBe(200);
    return (body as ManyRecommendations).answers;
  };
  const exposures = async () => {
    await server.spool.flush();
    return database.db.selectFrom("exposure").selectAll().orderBy("id").execute();
  };
  return { database, server, headers, get, post, askMany, exposures };
}

export function idsOf({ items }: Recommendations): string[] {
  return items.map(({ id }) => id);
}
