import { Conflict, InvalidInput, NotAllowed, NotFound } from "../../core/errors.ts";
import { readInteraction } from "../../core/slack-interaction.ts";
import { noteSlackRequest } from "../../db/slack-requests.ts";
import { type NotifySettings, readNotifySettings } from "../../notify/settings.ts";
import { answerSlack } from "../../operations/slack-interactions.ts";
import { assertFromSlack } from "../../operations/slack-signature.ts";
import { sha256 } from "../../store/digest.ts";
import type { HttpServer, ServerContext } from "../http-server.ts";
import { NotSignedIn } from "../problems.ts";
import { readBody } from "../request-body.ts";

const FORM = "application/x-www-form-urlencoded";
/** Far more than people press; who guesses signatures gets no further. */
const PRESSES = { max: 300, timeWindow: "1 minute" };

/** Buttons of Slack's messages. Public, since Slack signs each request itself; what it says goes by the same rules as a page. */
export function addSlackRoutes(
  app: HttpServer,
  { database, operations }: ServerContext,
  settings: NotifySettings = readNotifySettings(),
): void {
  // A scope of its own: only here a body is a form, and is kept as it came, byte for byte.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(FORM, readBody);
    scope.post(
      "/api/slack/interactions",
      { config: { ability: "public", rateLimit: PRESSES } },
      async (request, reply) => {
        const secret = settings.slackSigningSecret;
        if (!secret)
          throw new NotFound(
            "HOLT_SLACK_SIGNING_SECRET: is not set, so nothing is taken from Slack; set it for the server",
          );
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        checkSignature({ body, ...signatureOf(request.headers) }, secret);
        if (!(await noteSlackRequest(database.db, sha256(body))))
          throw new Conflict("request: came before, and was taken then; press again in Slack");
        const interaction = read(body);
        const answer = await answerSlack(operations, settings, interaction).catch((error: Error) => {
          if (error.name !== "NotSent") throw error;
          request.log.warn({ err: error }, "Slack could not be told what became of a press");
          return undefined;
        });
        return reply.code(200).send(answer ?? "");
      },
    );
  });
}

function signatureOf(headers: Record<string, string | string[] | undefined>) {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value : undefined;
  };
  return { timestamp: one("x-slack-request-timestamp"), signature: one("x-slack-signature") };
}

function checkSignature(request: Parameters<typeof assertFromSlack>[0], secret: string): void {
  try {
    assertFromSlack(request, secret, Date.now());
  } catch (error) {
    throw error instanceof NotAllowed ? new NotSignedIn(error.message) : error;
  }
}

function read(body: Buffer): ReturnType<typeof readInteraction> {
  const payload = new URLSearchParams(body.toString("utf8")).get("payload");
  try {
    return readInteraction(payload ?? "");
  } catch (error) {
    throw new InvalidInput("payload: is no interaction as Slack sends them; see docs/http.md", {
      cause: error,
    });
  }
}
