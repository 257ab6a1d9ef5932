import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ShelfItem } from "../../core/qa-report.ts";
import { previewOf } from "../../tests/support/page-report.ts";
import { goneItems, isPicture, tellShelf } from "./shelf-words.ts";

const item = (itemId: string, change: ShelfItem["change"] = null): ShelfItem => ({
  ...{ itemId, title: itemId, score: 1, genre: null, picture: null, because: [], change },
});

describe("what changes on a shelf", () => {
  it("is told as what is new, goes, moves and stays", () => {
    expect(tellShelf(previewOf("15", ""))).toBe("3 titles are new, 3 go, 7 move.");
    const candidate = [item("a", "same"), item("b", "new")];
    expect(tellShelf({ candidate, champion: [item("a"), item("c")] })).toBe(
      "1 title is new, 1 goes, 1 stays where it is.",
    );
  });

  it("is nothing where both shelves are the same", () => {
    const candidate = [item("a", "same"), item("b", "same")];
    expect(tellShelf({ candidate, champion: [item("a"), item("b")] })).toBe(
      "Nothing changes for this person.",
    );
  });

  it("is told of an empty shelf, too: all of today's titles go", () => {
    expect(tellShelf({ candidate: [], champion: [item("a"), item("b")] })).toBe("2 go.");
  });

  it("cannot be told where nothing is live", () => {
    expect(tellShelf({ candidate: [item("a")], champion: null })).toContain("Nothing is live yet");
    expect(goneItems({ candidate: [item("a")], champion: null })).toEqual([]);
  });

  const ids = fc.uniqueArray(fc.nat(30).map(String), { maxLength: 12 });
  test.prop([ids, ids])("leaves nothing of today's shelf untold: it stays or it goes", (today, proposed) => {
    const shelves = { candidate: proposed.map((id) => item(id)), champion: today.map((id) => item(id)) };
    const gone = goneItems(shelves).map(({ itemId }) => itemId);
    expect(today.filter((id) => gone.includes(id) !== proposed.includes(id))).toEqual(today);
  });
});

describe("a picture", () => {
  it("is one of Holt's own or comes over https", () => {
    expect(isPicture("https://pictures.example/1.png")).toBe(true);
    expect(isPicture("HTTPS://pictures.example/1.png")).toBe(true);
    expect(isPicture("/favicon.svg")).toBe(true);
  });

  it("is nothing else: no script, no data, no plain http, no other host in disguise", () => {
    const others = ["javascript:alert(1)", "data:image/png;base64,", "http://a.example", "//a.example/1.png"];
    const disguised = [
      "/\\a.example/1.png",
      "/\t/a.example/1.png",
      "/\n/a.example/1.png",
      "https:\\\\a.example",
    ];
    for (const address of [...others, ...disguised, " https://a.example", "1.png", "", null])
      expect(isPicture(address), String(address)).toBe(false);
  });
});
