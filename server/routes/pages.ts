import fastifyStatic from "@fastify/static";
import { z } from "zod";
import type { HttpServer, ServerContext } from "../http-server.ts";

/** Addresses of programs; what isn't known there is a problem, never a page. */
const PROGRAMS = /^(api|v1|v2|livez|readyz|metrics)(\/|$)/;
/** Vite names these by their content, so a browser never asks for one again. */
const HASHED = /^assets\//;
const IS_FILE = /\.[a-z0-9]+$/i;

/** The built pages. Every address that is no file's gives the same page, which finds its way by the address. */
export async function addPages(app: HttpServer, { webFolder }: ServerContext): Promise<void> {
  await app.register(fastifyStatic, { root: webFolder, serve: false, index: false });
  app.get(
    "/*",
    { config: { ability: "public" }, schema: { params: z.object({ "*": z.string() }) } },
    (request, reply) => {
      const path = request.params["*"];
      if (PROGRAMS.test(path)) return reply.callNotFound();
      if (HASHED.test(path)) return reply.sendFile(path, { maxAge: "365d", immutable: true });
      if (IS_FILE.test(path)) return reply.sendFile(path, { maxAge: 0 });
      return reply.sendFile("index.html", { maxAge: 0 });
    },
  );
}
