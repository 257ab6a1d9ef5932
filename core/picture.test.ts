import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { safePicture } from "./picture.ts";

it.each(["https://img.example.org/a.jpg?w=2", "http://img.example.org/a.jpg", "/pictures/a b.jpg"])(
  "takes %s",
  (address) => {
    expect(safePicture(address)).toBe(address);
  },
);

it.each([
  ...["", "  ", "a.jpg", "../a.jpg", "//evil.example/a.jpg", "/\\evil.example/a.jpg", "/a\\b", "https:a.jpg"],
  ...["javascript:alert(1)", "JaVaScRiPt:alert(1)", " java\nscript:alert(1)", "data:image/svg+xml,<svg/>"],
  ...[
    "blob:https://x/y",
    "file:///etc/passwd",
    "ftp://x/y",
    "https://",
    "http://[",
    "https://x/\ny",
    "/\t/evil.example",
  ],
])("leaves out %j", (address) => {
  expect(safePicture(address)).toBeNull();
});

it("leaves out what isn't there", () => {
  expect([safePicture(null), safePicture(undefined)]).toEqual([null, null]);
});

test.prop([
  fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    fc.string().map((text) => `/${text}`),
  ),
])(
  "never takes what a browser would load by anything but http from a host that is named, or from its own site",
  (address) => {
    const taken = safePicture(address);
    if (taken === null) return;
    const url = new URL(taken, "https://holt.example/reviews/");
    expect(["http:", "https:"]).toContain(url.protocol);
    if (taken.startsWith("/")) expect(url.origin).toBe("https://holt.example");
  },
);
