import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import getPort from "get-port";
import type { Ports } from "../../local/ports.ts";

/**
 * Has the local Holt of `home` look at free ports first, as if it had had them at its last start: two homes that look at
 * the usual ones at the same time may choose the same, since a part listens only a moment later.
 */
export async function giveOwnPorts(home: string): Promise<Ports> {
  const ports: Ports = {
    server: await getPort(),
    temporal: await getPort(),
    temporalUi: await getPort(),
    postgres: await getPort(),
  };
  await writeFile(join(home, "ports.json"), JSON.stringify(ports));
  return ports;
}
