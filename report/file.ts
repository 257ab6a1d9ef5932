/** What stands around each document: one HTML file, in its own style. Nothing in it is fetched, nothing in it runs. */
import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

/** What a browser lets the document do: be drawn in its own style, known by its hash. */
export const DOCUMENT_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** The file. Equal content gives equal bytes. */
export function drawFile({ title, content }: { title: string; content: Html }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${DOCUMENT_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`.markup;
}

/** Names and values; a value that is null is left out. */
export function drawFacts(facts: readonly (readonly [string, string | Html | null])[]): Html {
  const there = facts.filter(([, value]) => value !== null);
  return html`<dl>${there.map(([name, value]) => html`<div><dt>${name}</dt> <dd>${value}</dd></div>\n`)}</dl>`;
}
