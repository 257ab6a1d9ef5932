import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

/** Where the parts are looked for first. */
const DEFAULTS = { server: 7400, temporal: 7233, temporalUi: 8233, postgres: 5433 } as const;
const ANY = 0;

export type Ports = Record<keyof typeof DEFAULTS, number>;

/** Free ports on loopback: those of the last start, else the defaults, else any. Kept in `home` for the next start. */
export async function choosePorts(home: string): Promise<Ports> {
  const file = join(home, "ports.json");
  const last: Partial<Ports> = await readFile(file, "utf8")
    .then(JSON.parse)
    .catch(() => ({}));
  const ports: Partial<Ports> = {};
  for (const name of Object.keys(DEFAULTS) as (keyof Ports)[])
    ports[name] = await firstFree([last[name] ?? DEFAULTS[name], DEFAULTS[name]], Object.values(ports));
  await writeFile(file, JSON.stringify(ports));
  return ports as Ports;
}

async function firstFree(wanted: number[], taken: number[]): Promise<number> {
  for (const port of wanted) {
    const free = await listenOnce(port);
    if (free !== undefined && !taken.includes(free)) return free;
  }
  return firstFree([ANY], taken);
}

/** The port, or any for 0, when nobody listens there. */
async function listenOnce(port: number): Promise<number | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
