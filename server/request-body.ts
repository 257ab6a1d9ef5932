import type { FastifyInstance, FastifyRequest } from "fastify";

/** Deeper than anything that a route takes; what walks a body as a recursion is safe from its depth. */
const MOST_NESTED = 64;
const FIRST_BYTES = 4 * 1024;
const [QUOTE, BACKSLASH] = [34, 92];
const OPENING = new Set([...Buffer.from("[{")]);
const CLOSING = new Set([...Buffer.from("]}")]);

/** Bodies are JSON, sent as they are, no larger than their route takes, and not nested for nesting's sake. */
export function addJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser(["application/json", "text/plain"]);
  app.addContentTypeParser("application/json", (request, payload, done) => {
    readBody(request, payload).then((bytes) => {
      if (isNestedTooDeep(bytes))
        done(refusal(400, `body: is nested more than ${MOST_NESTED} deep; send it flat`));
      else parse(request, bytes.toString(), done);
    }, done);
  });
}

/**
 * A request's whole body. It is copied as it comes: a body of single bytes takes no more memory than its bytes.
 * @throws (with a status) it is too large, compressed, or does not arrive
 */
export function readBody(
  { headers, routeOptions: { bodyLimit } }: FastifyRequest,
  payload: NodeJS.ReadableStream,
): Promise<Buffer> {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    return Promise.reject(
      refusal(
        415,
        `header "content-encoding": ${JSON.stringify(encoding)} is not taken; send the body as it is`,
      ),
    );
  const tooLarge = () => refusal(413, `body: is larger than ${bodyLimit} bytes; send less at once`);
  if (Number(headers["content-length"]) > bodyLimit) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    let bytes = Buffer.allocUnsafe(FIRST_BYTES);
    let length = 0;
    const fail = (error: Error) => {
      payload
        .off("data", take)
        .off("error", fail)
        .off("end", finish)
        .on("error", () => {});
      payload.resume();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      if (length + chunk.length > bodyLimit) return fail(tooLarge());
      if (length + chunk.length > bytes.length) {
        const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, length + chunk.length));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      length += chunk.copy(bytes, length);
    };
    const finish = () => resolve(bytes.subarray(0, length));
    payload.on("data", take).on("error", fail).on("end", finish);
  });
}

function isNestedTooDeep(json: Buffer): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number;
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (CLOSING.has(byte)) depth--;
    else if (OPENING.has(byte) && ++depth > MOST_NESTED) return true;
  }
  return false;
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}
