import { join } from "node:path";
import { expect, it } from "vitest";
import { readTransport } from "./transport.ts";

const TLS = join(import.meta.dirname, "../tests/support/tls");
const [HOLT_TLS_CERT, HOLT_TLS_KEY] = [join(TLS, "cert.pem"), join(TLS, "key.pem")];

it("has neither TLS nor a proxy unless they are named", async () => {
  expect(await readTransport({})).toEqual({});
  const { tls } = await readTransport({ HOLT_TLS_CERT, HOLT_TLS_KEY });
  expect(String(tls?.cert)).toContain("BEGIN CERTIFICATE");
  expect(await readTransport({ HOLT_TRUSTED_PROXY: "10.0.0.5, 10.1.0.0/16,fd00::/8" })).toEqual({
    trustedProxy: ["10.0.0.5", "10.1.0.0/16", "fd00::/8"],
  });
});

it.each([
  [{ HOLT_TLS_CERT }, "HOLT_TLS_KEY: is not set, though HOLT_TLS_CERT is; set both or none"],
  [{ HOLT_TLS_KEY }, "HOLT_TLS_CERT: is not set, though HOLT_TLS_KEY is; set both or none"],
  [
    { HOLT_TLS_CERT: "none.pem", HOLT_TLS_KEY },
    'HOLT_TLS_CERT: "none.pem" cannot be read; name a file in PEM',
  ],
  ...["true", "proxy.local", "10.0.0.5/33", "10.0.0.5/0", "0.0.0.0/0", "::/0", "10.0.0.5/"].map(
    (proxy) =>
      [
        { HOLT_TRUSTED_PROXY: proxy },
        `HOLT_TRUSTED_PROXY: "${proxy}" is not an address; write the proxy's, as in 10.0.0.5 or 10.0.0.0/24`,
      ] as const,
  ),
] as const)("refuses %j", async (env, words) => {
  await expect(readTransport(env)).rejects.toThrow(words);
});
