/** Mail over a real SMTP server: TLS, refusals, and that no word becomes a header or another recipient. */
import tls from "node:tls";
import { fc, test } from "@fast-check/vitest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noticeMail } from "../core/notice-mail.ts";
import { CERTIFICATE, type MailServer, mailServer } from "../tests/support/mail-server.ts";
import { factsOf } from "../tests/support/notified-run.ts";
import { type Mail, openMailer } from "./mail.ts";

const MAIL: Mail = {
  id: "9b1c1d1e-0000-4000-8000-000000000001",
  from: "holt@films.example",
  to: "rita@films.example",
  subject: "films: a new version waits",
  text: "Look at it",
  html: "<p>Look at it</p>",
};
const trusted = tls.getCACertificates("default");

beforeEach(() => tls.setDefaultCACertificates(trusted));
afterEach(() => tls.setDefaultCACertificates(trusted));

function trustTheTestServer(): void {
  tls.setDefaultCACertificates([...trusted, CERTIFICATE]);
}

it("sends text and HTML, and marks itself as sent by a program", async () => {
  const { port, received } = await mailServer();
  await openMailer(`smtp://127.0.0.1:${port}`).send(MAIL);
  const [{ from, to, mail } = {} as never] = received;
  expect({ from, to }).toEqual({ from: MAIL.from, to: [MAIL.to] });
  expect(mail.from).toEqual({ address: MAIL.from, name: "Holt" });
  expect([mail.subject, mail.text?.trim(), mail.html?.trim()]).toEqual([MAIL.subject, MAIL.text, MAIL.html]);
  expect(mail.headers).toContainEqual(
    expect.objectContaining({ key: "auto-submitted", value: "auto-generated" }),
  );
});

describe("TLS", () => {
  it("speaks TLS from the first byte over smtps://", async () => {
    trustTheTestServer();
    const { port, received } = await mailServer({ secure: true });
    await openMailer(`smtps://localhost:${port}`).send(MAIL);
    expect(received.map(({ secure }) => secure)).toEqual([true]);
  });

  it("goes over to TLS where the server offers STARTTLS, before it signs in", async () => {
    trustTheTestServer();
    const seen: unknown[] = [];
    const { port, received } = await mailServer({
      disabledCommands: [],
      authOptional: false,
      onAuth: ({ username, password }, session, done) => {
        seen.push(username, password, String(session.secure));
        done(null, { user: username });
      },
    });
    await openMailer(`smtp://holt:s%40fe@localhost:${port}`).send(MAIL);
    expect(seen).toEqual(["holt", "s@fe", "true"]);
    expect(received.map(({ secure }) => secure)).toEqual([true]);
  });

  it("sends nothing to a server whose certificate nobody vouches for", async () => {
    const { port, received } = await mailServer({ secure: true });
    await expect(openMailer(`smtps://localhost:${port}`).send(MAIL)).rejects.toMatchObject({
      name: "NotSent",
      isForAll: true,
      message: expect.stringMatching(
        /^mail: could not be sent \(.*self-signed certificate.*\); see HOLT_SMTP_URL$/,
      ),
    });
    expect(received).toEqual([]);
  });

  it("sends nothing in the clear to another machine, unless the address says so", async () => {
    const { port, received } = await mailServer();
    // this machine as well, but not by a name that says so
    const address = `smtp://127.1:${port}`;
    await expect(openMailer(address).send(MAIL)).rejects.toThrow("STARTTLS");
    expect(received).toEqual([]);
    await openMailer(`${address}?ignoreTLS=true`).send(MAIL);
    expect(received.map(({ secure }) => secure)).toEqual([false]);
  });
});

describe("addresses", () => {
  it.each(["a@b.example,c@d.example", "a@b.example\r\nBcc: c@d.example", "Name <a@b.example>", "a", ""])(
    "takes %j for no address",
    async (to) => {
      const { port, received } = await mailServer();
      await expect(openMailer(`smtp://127.0.0.1:${port}`).send({ ...MAIL, to })).rejects.toMatchObject({
        name: "NotSent",
        isForAll: false,
        message: `person: ${JSON.stringify(to)} is not an e-mail address; correct it`,
      });
      expect(received).toEqual([]);
    },
  );

  it.each(["", "mail.example", "http://mail.example", "smtp:", "smtps://"])(
    "knows that %j is no mail server",
    (url) => {
      expect(() => openMailer(url)).toThrow("HOLT_SMTP_URL: is not the address of a mail server");
    },
  );

  it("never shows the password of a mail server that is away", async () => {
    const failed = openMailer("smtp://holt:s3cret@127.0.0.1:1").send(MAIL);
    await expect(failed).rejects.toThrow(/ECONNREFUSED/);
    await expect(failed).rejects.not.toThrow(/s3cret/);
  });
});

const line = fc.string({ unit: "binary", maxLength: 60 });
const hostile = fc
  .tuple(
    line,
    fc.constantFrom("\r\n", "\n", "\r", "\u2028", "\0", "\u0085"),
    fc.constantFrom("Bcc: x@y.example", "\r\nX-Evil: 1", "From: x@y.example"),
    line,
  )
  .map((parts) => parts.join(""));

describe("words", () => {
  let server: MailServer;
  beforeEach(async () => {
    server = await mailServer();
  });

  test.prop([fc.array(hostile, { minLength: 5, maxLength: 5 })], { numRuns: 15 })(
    "never become a header or another recipient, whatever they are",
    async ([model = "", headline = "", by = "", text = "", reason = ""]) => {
      const { port, received } = server;
      received.splice(0);
      const facts = factsOf({
        model,
        headline,
        questions: [{ by, text }],
        endedBy: by,
        endReason: reason,
        state: "approved",
      });
      for (const event of ["opened", "reminder-1", "question-1", "ended"] as const) {
        const words = noticeMail(event, facts, "https://holt.example/runs/r/review");
        await openMailer(`smtp://127.0.0.1:${port}`).send({ ...MAIL, ...words });
      }
      for (const { to, from, mail } of received) {
        expect({ to, from }).toEqual({ to: [MAIL.to], from: MAIL.from });
        expect(mail.headers.map(({ key }) => key).sort()).toEqual(HEADERS);
        expect(mail.from?.address).toBe(MAIL.from);
      }
      expect(received).toHaveLength(4);
    },
  );
});
const HEADERS = [
  "auto-submitted",
  "content-type",
  "date",
  "from",
  "message-id",
  "mime-version",
  "subject",
  "to",
  "x-auto-response-suppress",
];
