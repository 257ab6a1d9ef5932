import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { ShelfItem } from "../../core/qa-report.ts";
import { MARKUP, previewOf } from "../../tests/support/page-report.ts";
import { CHANGE_MARKS, GONE_MARK, type Mark, Shelf } from "./shelf.tsx";

const draw = (items: ShelfItem[], markOf: (item: ShelfItem) => Mark | undefined = () => undefined) =>
  renderToStaticMarkup(createElement(Shelf, { items, markOf }));
const { candidate } = previewOf("15", "");

describe("a shelf", () => {
  it("says by a word, not by a colour alone, what changes", () => {
    const html = draw(candidate, ({ change }) => (change ? CHANGE_MARKS[change] : undefined));
    expect(html.match(/<\/span> new<\/em>/g)).toHaveLength(3);
    expect(draw(candidate.slice(0, 1), () => GONE_MARK)).toContain("</span> goes</em>");
  });

  it("takes a title for text, whatever is in it", () => {
    const html = draw(candidate.map((item) => ({ ...item, title: MARKUP })));
    expect(html).not.toContain("<script>");
    expect(html).toContain("&lt;script&gt;");
  });

  it("shows a picture only from where pictures may come, and sends no address along", () => {
    const [first] = candidate;
    if (!first) throw new Error("no item");
    const one = (picture: string | null) => draw([{ ...first, picture }]);
    expect(one("https://pictures.example/1.png")).toMatch(/<img[^>]* referrerPolicy="no-referrer"/i);
    expect(one("javascript:window.stolen=true")).not.toContain("<img");
    expect(one(null)).not.toContain("<img");
  });

  it("without items says that it is empty", () => {
    expect(draw([])).toBe('<p class="empty">An empty list.</p>');
  });
});
