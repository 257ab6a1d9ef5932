import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";

const URL = "/api/openapi.json";

it("describes every route by the schemas that check it, and answers 304 to who has the document", async () => {
  const server = await testServer(await testDatabase());
  const headers = await server.asProgram("service");
  const answer = await server.app.inject({ url: URL, headers });
  const { openapi, paths } = answer.json();
  expect(openapi).toBe("3.1.0");
  const described = Object.entries<object>(paths).flatMap(([path, of]) =>
    Object.keys(of).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
  );
  const declared = server.app.declaredRoutes
    .filter(({ method, url }) => method !== "HEAD" && url !== "/*")
    .map(({ method, url }) => `${method} ${url}`);
  expect(described.sort()).toEqual(declared.sort());
  const { get, post } = paths["/v1/models/{model}/recommendations"];
  expect(get.security).toEqual([{ token: [] }]);
  expect(get.parameters).toContainEqual({
    ...{ name: "user", in: "query", required: true },
    schema: { type: "string", minLength: 1, maxLength: 200 },
  });
  expect(get.parameters).toContainEqual(
    expect.objectContaining({ name: "model", in: "path", required: true }),
  );
  const { properties } = post.requestBody.content["application/json"].schema;
  expect(properties.requests).toMatchObject({ type: "array", minItems: 1, maxItems: 1_000 });
  expect(paths["/livez"].get.security).toEqual([]);
  const { schemas } = answer.json().components;
  const referred = [...answer.body.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => String(ref));
  for (const ref of referred)
    expect(Object.keys(schemas).map((name) => `#/components/schemas/${name}`)).toContain(ref);
  const etag = String(answer.headers["etag"]);
  const again = await server.app.inject({ url: URL, headers: { ...headers, "if-none-match": etag } });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
});
