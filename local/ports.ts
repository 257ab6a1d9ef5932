import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import getPort from "get-port";

/** Where the parts are looked for first. */
const DEFAULTS = { server: 7400, temporal: 7233, temporalUi: 8233, postgres: 5433 } as const;

export type Ports = Record<keyof typeof DEFAULTS, number>;

/** Free ports on loopback: those of the last start, else the defaults, else any. Kept in `home` for the next start. */
export async function choosePorts(home: string): Promise<Ports> {
  const file = join(home, "ports.json");
  const last: Partial<Ports> = await readFile(file, "utf8")
    .then(JSON.parse)
    .catch(() => ({}));
  const ports: Partial<Ports> = {};
  for (const name of Object.keys(DEFAULTS) as (keyof Ports)[]) {
    const wanted = [last[name], DEFAULTS[name]].filter((port) => port !== undefined);
    ports[name] = await getPort({ port: wanted, host: "127.0.0.1" });
  }
  await writeFile(file, JSON.stringify(ports));
  return ports as Ports;
}
