import fastify from "fastify";
import { expect, it } from "vitest";
import { addSecurityHeaders, securityHeaders } from "./security-headers.ts";

async function headersOf(secure: boolean) {
  const app = fastify();
  addSecurityHeaders(app, await securityHeaders({ secure, pictureOrigins: ["https://pictures.example"] }));
  app.get("/page", { config: { ability: "look" } }, async () => "");
  app.get("/list", { config: { ability: "recommend" } }, async () => "");
  const of = async (url: string) => (await app.inject(url)).headers;
  return { page: await of("/page"), list: await of("/list"), nowhere: await of("/nowhere") };
}

it("says what a page may do on every answer, on those of no address too", async () => {
  const { page, nowhere } = await headersOf(false);
  expect(page).toMatchObject({
    "content-security-policy":
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data: https://pictures.example;font-src 'self';connect-src 'self';manifest-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
  for (const [name, value] of Object.entries(page).filter(([name]) => !name.startsWith("content-")))
    expect(nowhere, name).toHaveProperty(name, name === "date" ? expect.any(String) : value);
});

it("says on a list for a program that it is no page, and nothing of pages", async () => {
  const { list } = await headersOf(false);
  expect(list).toMatchObject({
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
  });
  expect(list).not.toHaveProperty("content-security-policy");
});

it("keeps browsers on https once they came by it", async () => {
  const { page, list } = await headersOf(true);
  for (const headers of [page, list]) expect(headers["strict-transport-security"]).toBe("max-age=31536000");
  expect((await headersOf(false)).page).not.toHaveProperty("strict-transport-security");
});
