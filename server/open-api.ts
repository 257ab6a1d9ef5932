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
  const schemas: Record<string, object> = { Problem: toJson(problemSchema, "output") };
  for (const route of routes) {
    const path = route.url.replace(/:([a-zA-Z]+)/g, "{$1}");
    const { operation, shared } = apart(operationOf(route), nameOf(route));
    Object.assign(schemas, shared);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Holt", version, license: { name: "Apache-2.0" } },
    paths,
    components: {
      schemas,
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function nameOf({ method, url }: DescribedRoute): string {
  return `${method.toLowerCase()}${url.replace(/[^a-zA-Z0-9]+/g, "_")}`;
}

/** What zod writes beside a schema that holds itself is referred to from the whole document's top. */
function apart(operation: object, name: string): { operation: object; shared: Record<string, object> } {
  const shared: Record<string, object> = {};
  const text = JSON.stringify(operation, (key, value) => {
    if (key !== "$defs") return value;
    for (const [own, schema] of Object.entries<object>(value)) shared[`${name}${own}`] = schema;
    return undefined;
  });
  const referring = (json: string) =>
    JSON.parse(json.replaceAll('"#/$defs/', `"#/components/schemas/${name}`));
  return { operation: referring(text), shared: referring(JSON.stringify(shared)) };
}

function operationOf(route: DescribedRoute): object {
  const { url, ability, params, query, body, answer } = route;
  const isOpen = ability === "public";
  return {
    operationId: nameOf(route),
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
      "3XX": { description: "Nothing new, or elsewhere." },
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
