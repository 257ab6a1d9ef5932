/** Mail by SMTP. */
import { z } from "zod";
import { NotSent } from "./not-sent.ts";

/** Until it connects, and until a server that went silent is given up. */
const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 20_000;

export interface Mail {
  /** The same mail has the same id, also when it is sent again, so that a reader's program may show it once. */
  id: string;
  /** The mail that it comes after, by that one's id; mail programs show them together. */
  replyTo?: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface Mailer {
  /** @throws {NotSent} */
  send(mail: Mail): Promise<void>;
  /** Connects and signs in, sends nothing. @throws {NotSent} */
  check(): Promise<void>;
}

/**
 * `smtps://` speaks TLS from the first byte; `smtp://` must go over to it (STARTTLS) unless the server is on this machine, or
 * the address says `?ignoreTLS=true`. Other settings of nodemailer's SMTP transport may stand there, too.
 * @throws {NotSent} it is no address of a mail server
 */
export function openMailer(url: string): Mailer {
  const { address, options } = parse(url);
  const open = async () => {
    // Only now: loading it costs a tenth of a second, and most processes send no mail.
    const { createTransport } = await import("nodemailer");
    return createTransport({
      url: address,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      dnsTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      // A definition's words are sent, never what they might name.
      disableFileAccess: true,
      disableUrlAccess: true,
      ...options,
    });
  };
  let opened: ReturnType<typeof open> | undefined;
  const transport = () => (opened ??= open());
  return {
    async send({ id, replyTo, from, to, ...words }) {
      await orNotSent(async () =>
        (await transport()).sendMail({
          ...words,
          // As objects: text would be read as a list of addresses with names.
          from: { name: "Holt", address: checkedAddress("notify.mail.from", from) },
          to: { name: "", address: checkedAddress("person", to) },
          messageId: messageId(id),
          ...(replyTo === undefined ? {} : { inReplyTo: messageId(replyTo), references: messageId(replyTo) }),
          headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
        }),
      );
    },
    async check() {
      await orNotSent(async () => (await transport()).verify());
    },
  };
}

function messageId(id: string): string {
  return `<${id}@holt.notice>`;
}

function parse(url: string): { address: string; options: { requireTLS?: boolean } } {
  const place = "HOLT_SMTP_URL";
  const parsed = URL.parse(url);
  if (!parsed || !["smtp:", "smtps:"].includes(parsed.protocol) || !parsed.hostname)
    throw new NotSent(
      `${place}: is not the address of a mail server; write it as in "smtps://user:password@host:465"`,
      {
        isForAll: true,
      },
    );
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(parsed.hostname);
  const mayBeOpen = isHere || parsed.searchParams.get("ignoreTLS") === "true";
  return { address: url, options: parsed.protocol === "smtp:" && !mayBeOpen ? { requireTLS: true } : {} };
}

/** One address and nothing else: no list, no name, no line break. */
function checkedAddress(place: string, written: string): string {
  if (z.email().safeParse(written).success) return written;
  throw new NotSent(`${place}: ${JSON.stringify(written)} is not an e-mail address; correct it`);
}

async function orNotSent(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (error instanceof NotSent) throw error;
    const { code = "", responseCode, message } = error as Error & { code?: string; responseCode?: number };
    // EENVELOPE, EMESSAGE: the server speaks with Holt, but doesn't take this one.
    const isForAll = !["EENVELOPE", "EMESSAGE"].includes(code);
    const what = responseCode ? `the mail server answered ${responseCode}` : `${code || "failed"}`;
    throw new NotSent(`mail: could not be sent (${what}: ${firstLine(message)}); see HOLT_SMTP_URL`, {
      isForAll,
      cause: error,
    });
  }
}

function firstLine(text: string): string {
  return text.split(/[\r\n]/, 1)[0]?.slice(0, 300) ?? "";
}
