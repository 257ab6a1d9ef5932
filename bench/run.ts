/** `npm run bench -- <name> [--json]`: measures one thing of ours beside its peer. Run it on a machine that rests. */
import { parseArgs } from "node:util";
import type { BenchLine } from "./bench-line.ts";

const BENCHES: Record<string, () => Promise<{ run(): Promise<BenchLine[]> }>> = {
  "als-vs-implicit": () => import("./als-vs-implicit.ts"),
  batch: () => import("./batch.ts"),
  candidates: () => import("./candidates.ts"),
  experiment: () => import("./experiment.ts"),
  exposures: () => import("./exposures.ts"),
  flip: () => import("./flip.ts"),
  ingest: () => import("./ingest.ts"),
  materialise: () => import("./materialise.ts"),
  "onnx-checker": () => import("./onnx-checker.ts"),
  "qa-report": () => import("./qa-report.ts"),
  recommend: () => import("./recommend.ts"),
  scorer: () => import("./scorer.ts"),
  serve: () => import("./serve.ts"),
  serving: () => import("./serving.ts"),
};
const EXIT_WRONG_USE = 2;

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false } },
  allowPositionals: true,
});
const bench = BENCHES[positionals[0] ?? ""];
if (!bench || positionals.length !== 1) {
  console.error(
    `bench: ${JSON.stringify(positionals.join(" "))} is not a benchmark; name one of ${Object.keys(BENCHES).join(", ")}, as in "npm run bench -- recommend"`,
  );
  process.exit(EXIT_WRONG_USE);
}
for (const line of await (await bench()).run())
  console.log(values.json ? JSON.stringify(line) : inWords(line));

function inWords({ name, ours, peer, ratio, unit, runs }: BenchLine): string {
  const figure = (value: number) =>
    Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 6 });
  return `${name}: ${figure(ours)} ${unit}, peer ${figure(peer)} ${unit}, ratio ${ratio.toFixed(3)} (${runs} runs)`;
}
