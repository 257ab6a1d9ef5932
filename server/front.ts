/** What stands before Fastify: the gate, and the road of the plainest question. */
import type { Connections } from "./connections.ts";
import type { Handle } from "./create-server.ts";
import { Gate } from "./overload/gate.ts";
import { refuse } from "./overload/refusal.ts";
import { PlainRoad, type PlainRoadContext } from "./serving/plain-road.ts";

/** Addresses of products; those of people are never refused, and few. */
const OF_PRODUCTS = /^\/v[12]\//;

export interface FrontContext extends PlainRoadContext {
  connections: Connections;
  isEnding(): boolean;
}

/** @param byFastify takes what is none of the plain road's */
export function frontOf(context: FrontContext, byFastify: Handle): Handle {
  const { connections, admission, isEnding } = context;
  const gate = new Gate(admission);
  const plainRoad = new PlainRoad(context);
  return (request, response) => {
    const otherwise = () => byFastify(request, response);
    if (!OF_PRODUCTS.test(request.url ?? "")) return otherwise();
    gate.arrive({
      response,
      refuse() {
        if (connections.isLast(request.socket)) otherwise();
        else refuse(request, response, { connections, isEnding: isEnding() });
      },
      letIn() {
        const isPlain = !isEnding() && !connections.isLast(request.socket);
        if (!isPlain || !plainRoad.takes(request, response, otherwise)) otherwise();
      },
    });
  };
}
