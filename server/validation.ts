import type { FastifySchemaCompiler, FastifyTypeProvider } from "fastify";
import type { z } from "zod";
import { InvalidInput } from "../core/errors.ts";
import { describeFault } from "../core/faults.ts";
import { findSchemaFaults } from "../core/schema-faults.ts";

/** Gives a route's handler the types of its zod schemas. */
export interface ZodTypes extends FastifyTypeProvider {
  validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
  serializer: unknown;
}

/** How a person finds the faulty part of a request, and adds what is missing where that isn't JSON. */
const PLACES: Record<string, { place: string; add?: string }> = {
  body: { place: "body" },
  querystring: { place: "query", add: 'add it to the address, as in "?name=value"' },
  params: { place: "path", add: "add it to the address" },
  headers: { place: "headers", add: "send this header" },
};

/** A body of a thousand faults is told of so many. */
const MOST_SHOWN = 20;

/** Checks a part of a request by its zod schema; its faults at once, each with place, value and remedy. */
export const zodCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const { place, add } = PLACES[httpPart ?? ""] ?? { place: "request" };
  return (data: unknown) => {
    const parsed = schema.safeParse(data);
    if (parsed.success && !hasNul(data)) return { value: parsed.data };
    const faults = parsed.success
      ? [`${place}: has a NUL character, which PostgreSQL cannot keep; leave it out`]
      : findSchemaFaults(schema, data, add).map(({ path, problem }) =>
          describeFault({ path: [place, ...path], problem }),
        );
    const more = faults.length - MOST_SHOWN;
    const shown = [...faults.slice(0, MOST_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
    return { error: new InvalidInput(shown.join("\n")) };
  };
};

function hasNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  return typeof value === "object" && value !== null && Object.values(value).some(hasNul);
}
