import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { InvalidInput } from "../core/errors.ts";

/** How requests reach the server: by TLS of its own, by a proxy that has it, or in the clear. */
export interface Transport {
  tls?: { cert: Buffer; key: Buffer };
  /** Addresses of proxies whose word on a client's address is taken. */
  trustedProxy?: string[];
}

/** @throws {InvalidInput} only one half of the certificate is named, a file cannot be read, or a proxy is no address */
export async function readTransport(env: NodeJS.ProcessEnv): Promise<Transport> {
  const transport: Transport = {};
  const [cert, key] = [env["HOLT_TLS_CERT"], env["HOLT_TLS_KEY"]];
  if (Boolean(cert) !== Boolean(key))
    throw new InvalidInput(
      `${cert ? "HOLT_TLS_KEY" : "HOLT_TLS_CERT"}: is not set, though ${cert ? "HOLT_TLS_CERT" : "HOLT_TLS_KEY"} is; set both or none`,
    );
  if (cert && key)
    transport.tls = { cert: await readPem("HOLT_TLS_CERT", cert), key: await readPem("HOLT_TLS_KEY", key) };
  const proxies = env["HOLT_TRUSTED_PROXY"];
  if (proxies) transport.trustedProxy = proxies.split(",").map((one) => addressOf(one.trim()));
  return transport;
}

async function readPem(variable: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new InvalidInput(`${variable}: "${file}" cannot be read; name a file in PEM`, { cause: error });
  }
}

function addressOf(written: string): string {
  const [address = "", bits, ...rest] = written.split("/");
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= longest);
  if (version !== 0 && fits && rest.length === 0) return written;
  throw new InvalidInput(
    `HOLT_TRUSTED_PROXY: "${written}" is not an address; write the proxy's, as in 10.0.0.5 or 10.0.0.0/24`,
  );
}
