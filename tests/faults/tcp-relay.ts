import { once } from "node:events";
import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from "node:net";

/** What stands between two parts and can take the connection away: `cut` ends all, `silent` lets nothing through. */
export type Weather = "fair" | "cut" | "silent";

export interface TcpRelay {
  /** Where to connect in the place of the target: host and port. */
  address: string;
  set(weather: Weather): void;
  close(): Promise<void>;
}

/** A relay to `host:port` on loopback. */
export async function openTcpRelay(target: string): Promise<TcpRelay> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const sockets = new Set<Socket>();
  let weather: Weather = "fair";
  const server = createServer({ allowHalfOpen: true }, (from) => {
    keep(from);
    if (weather === "cut") return void from.destroy();
    if (weather === "silent") return void from.pause();
    const to = keep(tcpConnect({ host: hostname, port: Number(port), allowHalfOpen: true }));
    from.on("close", () => to.destroy());
    to.on("close", () => from.destroy());
    from.pipe(to);
    to.pipe(from);
  });
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    return socket.on("close", () => sockets.delete(socket));
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next) {
      weather = next;
      // Silence pauses what is open; after it, as after a long one, nothing of that is usable.
      for (const socket of sockets)
        if (next === "silent") {
          socket.unpipe();
          socket.pause();
        } else socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
