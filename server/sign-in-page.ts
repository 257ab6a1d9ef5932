import type { FastifyReply } from "fastify";

/** A page of a few sentences, without any of the pages' files: what happens on the way to a provider and back. */
export interface SignInPage {
  status: number;
  title: string;
  paragraphs: readonly string[];
  /** Where to go on, and its words. */
  link: readonly [href: string, words: string];
  /** Goes there by itself. */
  goesOn?: boolean;
}

export function sendPage(reply: FastifyReply, page: SignInPage): FastifyReply {
  return reply
    .code(page.status)
    .type("text/html; charset=utf-8")
    .header("cache-control", "no-store")
    .send(draw(page));
}

function draw({ title, paragraphs, link: [href, words], goesOn }: SignInPage): string {
  const refresh = goesOn ? `<meta http-equiv="refresh" content="0; url=${escaped(href)}">` : "";
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${refresh}<title>${escaped(title)} · Holt</title></head>
<body>
<main>
<h1>${escaped(title)}</h1>
${paragraphs.map((text) => `<p>${escaped(text)}</p>`).join("\n")}
<p><a href="${escaped(href)}">${escaped(words)}</a></p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}
