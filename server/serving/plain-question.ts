import type { IncomingMessage } from "node:http";
import { recommendationsQuerySchema } from "../../core/api.ts";

/** One list, asked for in the form that nearly all requests have. */
export interface PlainQuestion {
  model: string;
  token: string;
  query: ReturnType<typeof recommendationsQuerySchema.parse>;
}

/** Characters that mean themselves in an address, so that nothing has to be decoded. */
const ADDRESS = /^\/v1\/models\/([\w.~-]{1,100})\/recommendations\?([\w.~:@&=-]+)$/;
const BEARER = /^Bearer ([^ ]+)$/;

/** What a request asks for; undefined when it isn't in that form, which says nothing of whether it is right. */
export function plainQuestionOf({ method, url = "", headers }: IncomingMessage): PlainQuestion | undefined {
  if (method !== "GET" || "content-length" in headers || "transfer-encoding" in headers) return undefined;
  const [, model, written] = ADDRESS.exec(url) ?? [];
  const token = BEARER.exec(headers.authorization ?? "")?.[1];
  if (model === undefined || written === undefined || token === undefined) return undefined;
  const fields: Record<string, string> = {};
  for (const part of written.split("&")) {
    const [name, value, more] = part.split("=");
    if (!name || value === undefined || more !== undefined || name in fields) return undefined;
    fields[name] = value;
  }
  const query = recommendationsQuerySchema.safeParse(fields);
  return query.success ? { model, token, query: query.data } : undefined;
}
