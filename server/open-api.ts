/** The OpenAPI document, made of the very schemas by which requests are checked. */
import type { RouteOptions } from "fastify";
import { z } from "zod";
import { problemSchema } from "../core/api.ts";
import type { Access } from "./authorization.ts";
import { PROBLEMS } from "./problems.ts";

export interface DescribedRoute {
  method: string;
  url: string;
  ability: Access;
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  body: z.ZodType | undefined;
  answer: z.ZodType | undefined;
}

type JsonSchema = { properties?: Record<string, unknown>; required?: string[] };

/** What a route declares; nothing for HEAD, and for the pages. */
export function describedRoutes({ method, url, config, schema }: RouteOptions): DescribedRoute[] {
  const { params, querystring, body } = (schema ?? {}) as Record<string, z.ZodType | undefined>;
  return [method]
    .flat()
    .filter((one) => one !== "HEAD" && url !== "/*")
    .map((one) => ({
      ...{ method: one, url, ability: config?.ability ?? "signed-in", answer: config?.answer },
      ...{ params, query: querystring, body },
    }));
}

/** @param version of Holt */
export function openApiDocument(routes: readonly DescribedRoute[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.url.replace(/:([a-zA-Z]+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Holt", version, license: { name: "Apache-2.0" } },
    paths,
    components: {
      schemas: { Problem: toJson(problemSchema, "output") },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function operationOf({ method, url, ability, params, query, body, answer }: DescribedRoute): object {
  const isOpen = ability === "public";
  return {
    operationId: `${method.toLowerCase()}${url.replace(/[^a-zA-Z0-9]+/g, "_")}`,
    description: isOpen ? "For everybody." : `Asks for the ability "${ability}".`,
    security: isOpen ? [] : [{ token: [] }],
    parameters: [...parametersOf("path", params, url), ...parametersOf("query", query, url)],
    ...(body && {
      requestBody: { required: true, content: { "application/json": { schema: toJson(body, "input") } } },
    }),
    responses: {
      "2XX": {
        description: "Done.",
        ...(answer && { content: { "application/json": { schema: toJson(answer, "output") } } }),
      },
      ...Object.fromEntries(
        Object.values(PROBLEMS).map(([status, title]) => [
          String(status),
          {
            description: title,
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        ]),
      ),
    },
  };
}

/** Parts of an address are always required, in whatever schema they stand. */
function parametersOf(place: "path" | "query", schema: z.ZodType | undefined, url: string): object[] {
  const { properties = {}, required = [] } = schema ? toJson(schema, "input") : {};
  return Object.entries(properties)
    .filter(([name]) => place === "query" || url.includes(`:${name}`))
    .map(([name, one]) => ({
      ...{ name, in: place, required: place === "path" || required.includes(name), schema: one },
    }));
}

function toJson(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json as JsonSchema;
}
