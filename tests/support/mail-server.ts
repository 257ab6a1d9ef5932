import { once } from "node:events";
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";

export interface ReceivedMail {
  from: string;
  to: string[];
  /** As it came over the wire. */
  raw: string;
  mail: Email;
  /** It came over TLS. */
  secure: boolean;
}

export interface MailServer {
  port: number;
  received: ReceivedMail[];
  /** Recipients that it refuses for good. */
  refused: Set<string>;
}

/** `localhost` and `127.0.0.1` until 2125, by itself: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 (OpenSSL 3.0.19) */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUfhvV2c7vkeYumJpLZ7ph0rwO8nowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTAyMDUwNVoYDzIxMjYxMTAx
MDIwNTA1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASsUDz9IfREYpMZBmfDLhiDrWQ55SK6ssz2yAiJAEwsnfMjBILID9RF
OiRaAKiyXGxRfqDpLsIQQVF5UoWEprjho28wbTAdBgNVHQ4EFgQUjVHaAG4H+xn3
im3jWNS8Ed7acLswHwYDVR0jBBgwFoAUjVHaAG4H+xn3im3jWNS8Ed7acLswDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAOAlyUJryDbfHTkrBpBRteFP6fCK4koMeykZsFWF3OUtAiBB
TUyJhQuiNlzX1piGJ/QrNsziWuXT2b2+YXu5/AgPFA==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYBp1q1DMix8PGP3s
QN5IDHtiyJEBupOcP69xO65SAeChRANCAASsUDz9IfREYpMZBmfDLhiDrWQ55SK6
ssz2yAiJAEwsnfMjBILID9RFOiRaAKiyXGxRfqDpLsIQQVF5UoWEprjh
-----END PRIVATE KEY-----
`;

/** A real SMTP server on this machine that keeps what it is sent; closed when the test ends. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const refused = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ["STARTTLS"],
    cert: CERTIFICATE,
    key: KEY,
    onRcptTo: ({ address }, _session, done) =>
      done(refused.has(address) ? Object.assign(new Error("no such mailbox"), { responseCode: 550 }) : null),
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks).toString("utf8");
      const { mailFrom, rcptTo } = session.envelope;
      received.push({
        from: mailFrom ? mailFrom.address : "",
        to: rcptTo.map(({ address }) => address),
        raw,
        mail: await PostalMime.parse(raw),
        secure: session.secure,
      });
      done();
    },
    ...options,
  });
  // A client that refuses the certificate hangs up; that is the client's test.
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, received, refused };
}
