import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";

/** A server with a page and one hashed script, and a file beside their folder. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), "holt-pages-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const webFolder = join(folder, "web");
  await mkdir(join(webFolder, "assets"), { recursive: true });
  await writeFile(join(webFolder, "index.html"), "<!doctype html><title>Holt</title>");
  await writeFile(join(webFolder, "assets", "main-abc123.js"), "export {};");
  await writeFile(join(folder, "secret.txt"), "canary");
  const { app } = await testServer(await testDatabase(), { webFolder });
  return { get: (url: string) => app.inject({ url }), app };
}

it("gives the page at every address that is no file's and no program's", async () => {
  const { get } = await setUp();
  for (const url of ["/", "/runs/shop-1/review", "/models/shop", "/incidents", "/sign-in?next=%2F"]) {
    const page = await get(url);
    expect(`${url} ${page.statusCode} ${page.body}`).toBe(`${url} 200 <!doctype html><title>Holt</title>`);
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.headers["cache-control"]).toBe("public, max-age=0");
  }
});

it("lets browsers keep files that are named by their content, and finds no others", async () => {
  const { get } = await setUp();
  const script = await get("/assets/main-abc123.js");
  expect(script.headers["content-type"]).toContain("javascript");
  expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  for (const url of ["/assets/gone.js", "/favicon.png", "/api/x", "/metrics"])
    expect((await get(url)).json()).toMatchObject({ status: 404, code: "no_route" });
});

it("gives no file beside its folder", async () => {
  const { get } = await setUp();
  const tricks = ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt"];
  for (const url of [
    ...tricks,
    "/..\\secret.txt",
    "/%252e%252e/secret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
  ]) {
    const answer = await get(url);
    expect(answer.body).not.toContain("canary");
    expect([400, 403, 404]).toContain(answer.statusCode);
  }
});

it("allows the page no script of another origin, no inline script, and no frame around it", async () => {
  const { get } = await setUp();
  const { headers } = await get("/");
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
  });
});
