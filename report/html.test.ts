import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { escapeText, html } from "./html.ts";

it("escapes every text, for elements and for quoted attributes, and leaves out what isn't there", () => {
  const title = `<img src=x onerror="alert('1')"> & co`;
  expect(html`<b title="${title}">${title}</b>${null}${undefined}${false}${0}`.markup).toBe(
    '<b title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co</b>0',
  );
});

it("takes markup of its own as it is, also in lists", () => {
  expect(html`<ul>${["<", ">"].map((text) => html`<li>${text}</li>`)}</ul>`.markup).toBe(
    "<ul><li>&lt;</li><li>&gt;</li></ul>",
  );
});

it("leaves out what steers: control characters, and marks that turn the direction of writing", () => {
  expect(escapeText("a\u0000b\u001b[31mc\u202etxt.exe\u2066\nd")).toBe("ab[31mctxt.exe d");
});

test.prop([fc.string({ unit: "binary" })])("writes no text that could open or close anything", (text) => {
  expect(escapeText(text)).not.toMatch(/[<>"'\p{Cc}\p{Cs}]/u);
  expect(escapeText(text)).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
});
