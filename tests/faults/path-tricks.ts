import { join } from "node:path";
import type { Random } from "./random.ts";

/** The file that nobody may get; it stands two folders above the deepest place that takes a text. */
export const SECRET = "secret.csv";

/** How "up one folder" can be written, for parsers that decode, tidy or translate once more than they check. */
const UPS = [
  "../",
  "..\\",
  "%2e%2e/",
  "%2e%2e%2f",
  "..%2f",
  ".%2e/",
  "..%5c",
  "%252e%252e%252f",
  "..%252f",
  "%25252e%25252e%25252f",
  "..;/",
  "..;x=1/",
  "....//",
  "..././",
  "..//",
  "../.",
  "./../",
  "x/../../",
  "%c0%ae%c0%ae/",
  "%c0%ae%c0%ae%c0%af",
  "%e0%80%ae%e0%80%ae%e0%80%af",
  "%uff0e%uff0e/",
  "%u002e%u002e%u2215",
  "\uff0e\uff0e/",
  "\uff0e\uff0e\uff0f",
  "\u2025/",
  "\u3002\u3002/",
  "..\u2215",
  "..\u2044",
  "..\u29f8",
  "..%00/",
  "..\0/",
  "..\t/",
  "..\n/",
  "..%20/",
  ".. /",
  ". ./",
  "..?/",
  "..#/",
  "..%3f/",
  "..\u200b/",
  "&#46;&#46;/",
  "\\u002e\\u002e/",
];
const BEFORE = ["", "/", "./", "assets/", "own.csv/", "~/", "%2f", "\\", "//", "file:", "file://"];
const AFTER = [
  "",
  "\0",
  "%00",
  "\0.csv",
  "%00.csv",
  "/",
  "/.",
  "%20",
  ".",
  "::$DATA",
  "?x",
  "#x",
  ";x",
  "~1",
];

/** Names that mean something to an operating system or a shell. */
function wholes(root: string): string[] {
  const secret = join(root, SECRET);
  return [
    secret,
    `/${secret}`,
    `file://${secret}`,
    `file://localhost${secret}`,
    `file:${secret}`,
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    secret.replaceAll("/", "\\"),
    `/proc/self/root${secret}`,
    `/proc/self/cwd/../..${secret}`,
    `/proc/thread-self/root${secret}`,
    `/dev/fd/../../..${secret}`,
    "/proc/self/environ",
    "/dev/stdin",
    "/dev/zero",
    "/dev/tcp/127.0.0.1/80",
    ...[
      ".",
      "..",
      "...",
      "/",
      "//",
      "\\",
      "~",
      "~root",
      "-",
      "--",
      "*",
      "../*",
      "{a,../b}",
      "$HOME",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: for whoever hands it to a shell
      "${PWD}/..",
    ],
    ...[
      "`pwd`",
      "%HOME%",
      "|cat",
      "CON",
      "NUL",
      "aux.csv",
      "com1",
      "LPT1.csv",
      "C:",
      `C:\\${SECRET}`,
      `C:${SECRET}`,
    ],
    ...[`\\\\?\\C:\\${SECRET}`, `\\\\.\\pipe\\x`, `\\\\host\\share\\${SECRET}`, `//host/share/${SECRET}`],
    ...[
      "a".repeat(300),
      "a/".repeat(2_000),
      `${"./".repeat(2_000)}../${SECRET}`,
      `${"a/../".repeat(500)}../${SECRET}`,
    ],
    `../files-not/${SECRET}`,
    `../web-not/${SECRET}`,
    "a\0b",
    "",
    " ",
    "\ud800",
    "__proto__",
    "constructor/../../x",
  ];
}

/** `count` different texts, most of which lead to the secret of `root` for somebody who trusts them; `root` is absolute. */
export function pathTricks(root: string, count: number, random: Random): string[] {
  const depths = UPS.flatMap((up) => [1, 2, 3].map((depth) => up.repeat(depth) + SECRET));
  const made = new Set([...random.shuffled([...wholes(root), ...depths])]);
  while (made.size < count) {
    const ups = Array.from({ length: 1 + random.below(3) }, () => random.pick(UPS)).join("");
    made.add(random.pick(BEFORE) + ups + SECRET + random.pick(AFTER));
  }
  return [...made].slice(0, count);
}
