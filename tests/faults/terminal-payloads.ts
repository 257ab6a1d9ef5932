import type { Random } from "./random.ts";

const CORES = [
  "=cmd|' /C calc'!A0",
  '=HYPERLINK("http://evil.example","look")',
  "+1+1",
  "-2+3",
  "@SUM(1)",
  "\t=1+1",
  "\r=1+1",
  "a\tb",
  "a\nb",
  "a\r\nb",
  "\r\nSet-Cookie: stolen=1",
  '\n{"level":60,"msg":"forged"}',
  '"}\n{"level":"error","msg":"forged',
  "\r                    Fit to go live",
  "\b\b\b\b\b\b",
  "\u0007",
  "\u000b\u000c",
  "\u007f",
  "\u0000",
  "\u001a",
  "\u001b",
  "\u001bc",
  "\u001b[31m",
  "\u001b[8m",
  "\u001b[2J\u001b[H",
  "\u001b[1A\u001b[2K",
  "\u001b[6n",
  "\u001b[?1049h",
  "\u001b]0;title\u0007",
  "\u001b]52;c;ZXZpbA==\u0007",
  "\u001b]8;;http://evil.example\u001b\\look\u001b]8;;\u001b\\",
  "\u001b]1337;File=inline=1:AAAA\u0007",
  "\u001bP$qm\u001b\\",
  "\u001b_x\u001b\\",
  "\u001b(0",
  // what is left when an inner sequence is taken out
  "\u001b\u001b[0m[31m",
  "\u001b[\u001b[0m2J",
  "\u001b]\u001b[0m0;title\u0007",
  "\u0085",
  "\u009b31m",
  "\u009d0;title\u009c",
  "\u0090q\u009c",
  "\u202eevil",
  "\u2066a\u2069\u2067b",
  "\u202a\u202b\u202d",
  "\u2028",
  "\u2029",
  "\ufeff",
  "\ud800",
  "\udc00\ud800",
  "<script>alert(1)</script>",
  "</style><script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  "<!--",
  "]]>",
  "%0d%0a",
  "\\u001b[31m",
  "\\x1b[31m",
  "&#27;[31m",
];

/** `count` texts that would steer a terminal, break a line of a log, or run in a page; the known ones first. */
export function terminalPayloads(count: number, random: Random): string[] {
  const mixtures = Array.from({ length: Math.max(count - CORES.length, 0) }, () => {
    const [core, other] = [random.pick(CORES), random.pick(CORES)];
    return random.pick([
      () => `film ${core}`,
      () => `${core} film`,
      () => core + other,
      () => other.slice(0, 2) + core,
      () => core.slice(0, 1) + other + core.slice(1),
      () => `${core}${String.fromCodePoint(random.below(0xa0))}${other}`,
      () => core.repeat(3),
    ])();
  });
  return [...CORES, ...mixtures].slice(0, count);
}

/** What a terminal would obey: control characters but the end of a line, and marks that turn the direction of writing. */
export const STEERS = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
