import { lookup } from "node:dns";
import { once } from "node:events";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPrivateAddress } from "./private-address.ts";

/** Finds a host's addresses; a test passes its own. */
export type Resolver = LookupFunction;

export interface GuardedPost {
  url: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  /** The operator says that these addresses may lie in the private net. */
  allowPrivate: boolean;
  resolve?: Resolver;
}

/** An address of the private net was asked for, by name or number. */
export class PrivateAddress extends Error {
  override name = "PrivateAddress";
}

/**
 * Posts to an address that a definition's author chose, and returns the answer's status. The very address that was looked
 * at is connected to, so that a name cannot mean another the second time; a redirect is an answer, and not followed.
 * @throws {PrivateAddress} it leads into the private net @throws what the connection throws
 */
export async function postGuarded(post: GuardedPost): Promise<number> {
  const { url, headers, body, signal, allowPrivate, resolve = lookup as Resolver } = post;
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (!allowPrivate && isIP(host) !== 0) assertPublic(host, host);
  const send = target.protocol === "https:" ? secureRequest : plainRequest;
  const request = send(target, {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    signal,
    agent: false, // a kept connection would be one that nobody looked at
    lookup: allowPrivate ? resolve : publicOnly(resolve),
  });
  request.end(body);
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  answer.destroy();
  return answer.statusCode ?? 0;
}

/** A resolver that gives no address when any of them is private. */
function publicOnly(resolve: Resolver): Resolver {
  return (host, options, callback) =>
    resolve(host, options, (error, found, family) => {
      if (error) return callback(error, found, family);
      try {
        for (const { address } of typeof found === "string" ? [{ address: found }] : found)
          assertPublic(address, host);
      } catch (refused) {
        return callback(refused as Error, found, family);
      }
      callback(null, found, family);
    });
}

function assertPublic(address: string, host: string): void {
  if (isPrivateAddress(address))
    throw new PrivateAddress(
      `"${host}" is in the private net; if that is meant, set HOLT_PRIVATE_WEBHOOKS=allow for worker and server`,
    );
}
