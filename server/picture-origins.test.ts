import { expect, it } from "vitest";
import { isAllowedPicture, readPictureOrigins } from "./picture-origins.ts";

const read = (HOLT_PICTURE_ORIGINS?: string) =>
  readPictureOrigins(HOLT_PICTURE_ORIGINS === undefined ? {} : { HOLT_PICTURE_ORIGINS });

it("takes origins with blanks or commas between them, each once, and none when nothing is set", () => {
  expect(read("https://a.example, http://b.example:8080/  https://a.example")).toEqual([
    "https://a.example",
    "http://b.example:8080",
  ]);
  expect([read(), read(""), read(" , ")]).toEqual([[], [], []]);
});

it.each([
  ...["*", "https:", "https://*.example", "a.example", "https://a.example/x", "https://u:p@a.example"],
  ...["data:", "'unsafe-inline'", "https://a.example;script-src", "ftp://a.example", "https://a.example:443"],
])("refuses %s", (written) => {
  expect(() => read(written)).toThrow(
    /^HOLT_PICTURE_ORIGINS: ".*" is not an origin; write one, as in "https:/,
  );
});

it("allows the server's own pictures, and those of the origins alone", () => {
  const allowed = (address: string | null) => isAllowedPicture(address, ["https://a.example"]);
  expect(allowed("/pictures/1.jpg")).toBe(true);
  expect(allowed("https://a.example/1.jpg")).toBe(true);
  expect(allowed("http://a.example/1.jpg")).toBe(false);
  expect(allowed("https://a.example.evil.example/1.jpg")).toBe(false);
  expect(allowed(null)).toBe(false);
});
