import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { postGuarded, type Resolver } from "../../notify/outgoing/guarded-post.ts";
import type { FaultRow } from "./row.ts";

/** Ways to write an address of this machine or of the net that it is in. */
const HOSTS = [
  ...[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0",
    "0.0.0.0",
    "00.0.0.0",
    "127.0.0.1.",
  ],
  ...[
    "localhost",
    "LOCALHOST",
    "localhost.",
    "user@127.0.0.1",
    "example.org@127.0.0.1",
    "１２７.0.0.1",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
  ],
  ...[
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[2001:0:1::]",
    "[ff02::1]",
  ],
  ...[
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "0xa9fea9fe",
    "100.100.100.200",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
  ],
];
/** What a name of the attacker's own may resolve to; the last ones change between two questions, or hide among good ones. */
const ANSWERS: string[][][] = [
  [["127.0.0.1"]],
  [["::1"]],
  [["::ffff:127.0.0.1"]],
  [["10.1.2.3"]],
  [["169.254.169.254"]],
  [["0.0.0.0"]],
  [["fd00::1"]],
  [["93.184.216.34", "127.0.0.1"]],
  [["127.0.0.1", "93.184.216.34"]],
  [["2606:4700::1", "::1"]],
];
const NAMES = [
  "rebind.example",
  "internal.example",
  "metadata.google.internal",
  "localtest.example",
  "127.0.0.1.nip.example",
];

/** A definition's webhook asks for what only this machine should reach. Operators' own addresses (Slack, SMTP, OIDC) are trusted. */
export const s20: FaultRow = {
  id: "S-20",
  title: "A definition's webhook that points into the private net",
  bound: "no connection arrives",
  counts: { quick: 200, full: 200 },
  async run(context) {
    let arrived = 0;
    const server = createServer((_request, response) => {
      arrived += 1;
      response.writeHead(302, { location: `http://127.0.0.1:${port}/followed` }).end();
    }).listen(0, "127.0.0.1");
    server.on("connection", () => (arrived += 1));
    await once(server, "listening");
    context.cleanUp(() => server.close());
    const { port } = server.address() as AddressInfo;
    const failures: string[] = [];
    let n = 0;
    const attempt = async (url: string, resolve?: Resolver) => {
      n += 1;
      const before = arrived;
      const outcome = await post(url, resolve);
      if (arrived !== before) failures.push(`${url}: a connection arrived`);
      if (!["PrivateAddress", "TypeError", "Error"].includes(outcome)) failures.push(`${url}: ${outcome}`);
    };
    for (const host of HOSTS)
      for (const scheme of ["http", "https"]) await attempt(`${scheme}://${host}:${port}/hook`);
    for (const answers of ANSWERS)
      for (const name of NAMES)
        for (const scheme of ["http", "https"])
          await attempt(`${scheme}://${name}:${port}/`, answering(answers[0] ?? []));
    const allowed = await post(`http://rebind.example:${port}/`, answering(["127.0.0.1"]), true);
    if (allowed !== "302" || arrived !== 2)
      failures.push(
        `with the operator's leave: ${allowed}, ${arrived} of 2 seen: a redirect was followed, or the row sees nothing`,
      );
    return { n, failures };
  },
};

function post(url: string, resolve?: Resolver, allowPrivate = false): Promise<string> {
  const signal = AbortSignal.timeout(2_000);
  return Promise.resolve()
    .then(() =>
      postGuarded({ url, headers: {}, body: "{}", signal, allowPrivate, ...(resolve && { resolve }) }),
    )
    .then(String, (error: Error) => error.name);
}

function answering(addresses: readonly string[]): Resolver {
  return (_host, options, callback) => {
    const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    if (options.all) callback(null, all);
    else callback(null, all[0]?.address ?? "", all[0]?.family);
  };
}
