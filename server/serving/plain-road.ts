import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger } from "fastify";
import type { Recommendations } from "../../core/api.ts";
import { mayDo } from "../../core/roles.ts";
import type { Admission } from "../overload/admission.ts";
import type { TokenCache } from "../token-cache.ts";
import type { LiveModels } from "./live-models.ts";
import { oneList } from "./one-list.ts";
import { Outbox } from "./outbox.ts";
import { plainQuestionOf } from "./plain-question.ts";
import type { RecommendContext } from "./recommend.ts";

export interface PlainRoadContext extends RecommendContext {
  admission: Admission;
  tokens: TokenCache;
  /** On each answer. */
  securityHeaders: Readonly<Record<string, string>>;
  log: FastifyBaseLogger;
}

/**
 * Answers what nearly all requests ask, one person's list with a token that was good a moment ago, past Fastify and its
 * hooks (decision 26). Whatever isn't plain, or goes wrong, is left to Fastify's road,
 * which does the same from the start and says what was wrong.
 */
export class PlainRoad {
  readonly #context: PlainRoadContext;
  readonly #headers: readonly string[];
  readonly #outbox = new Outbox();

  constructor(context: PlainRoadContext) {
    this.#context = context;
    this.#headers = [
      ...["content-type", "application/json; charset=utf-8"],
      ...Object.entries(context.securityHeaders).flat(),
    ];
  }

  /** Whether it takes this request; `otherwise` is called when it finds later that it cannot answer. */
  takes(request: IncomingMessage, response: ServerResponse, otherwise: () => void): boolean {
    const question = plainQuestionOf(request);
    if (!question) return false;
    const { admission, tokens, log } = this.#context;
    const actor = tokens.known(question.token);
    if (!actor || !mayDo(actor.roles, "recommend") || !admission.enter("online")) return false;
    let isUnderWay = true;
    const leave = () => {
      if (isUnderWay) admission.leave();
      isUnderWay = false;
    };
    response.once("close", leave); // a client that goes away gets no answer
    const { model, query } = question;
    oneList(this.#context, { model, query, expose: query.expose, log }).then(
      (answered) => {
        leave();
        this.#send(response, answered);
      },
      () => {
        leave();
        otherwise();
      },
    );
    return true;
  }

  #send(response: ServerResponse, answered: Recommendations): void {
    const live: LiveModels = this.#context.live;
    const body = JSON.stringify(answered);
    const headers = [
      ...this.#headers,
      ...["x-holt-version", String(answered.version)],
      ...["x-holt-knowledge-age", String(live.knowledgeAgeSeconds ?? "unknown")],
      ...["content-length", String(Buffer.byteLength(body))],
    ];
    this.#outbox.put(response, headers, body);
  }
}
