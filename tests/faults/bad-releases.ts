/** What may be wrong with a new release: with what its files say, or with the files where they lie. */
import { mkdir, open, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { onnx } from "onnx-proto";
import { changed, OTHER_CHANGES, outsideTensors } from "./hostile-models.ts";
import type { Random } from "./random.ts";

/** Where a new release comes in: it gets its number, goes live, meets a server that runs or one that starts, or another environment. */
export type Entrance = "registration" | "flip" | "server" | "rollout" | "start" | "rollback" | "import";

/** The four files of a release. */
export interface Files {
  model: Uint8Array;
  fallback: Uint8Array;
  golden: Uint8Array;
  rules: Uint8Array;
}

/** A release as somebody made it on purpose, and signed it. */
export interface BadContent {
  name: string;
  /** What its refusal must say. */
  reason: RegExp;
  make(files: Files, random: Random, other: Files): Partial<Files>;
  /** Where it can be known; everywhere when left out. */
  at?: readonly Entrance[];
}

/** A sound release whose file is not what was signed any more. */
export interface BadFile {
  name: string;
  reason: RegExp;
  /** A rollback is not held up by it: servers that have the version in memory need no file. */
  isLost: boolean;
  part: keyof Files;
  damage(path: string, random: Random): Promise<void>;
}

const FLOAT = 1;
const INT32 = 6;
/** Bytes; the definition of the shop allows half a megabyte. */
const TOO_LARGE = 600_000;
/** One byte more than Node reads into memory at once. */
const TWO_GIGABYTES = 2 ** 31;

const inputAt = (graph: onnx.IGraphProto, at: number) => graph.input?.[at] as onnx.IValueInfoProto;
const outputAt = (graph: onnx.IGraphProto, at: number) => graph.output?.[at] as onnx.IValueInfoProto;
const tensorOf = ({ type }: onnx.IValueInfoProto) => type?.tensorType as onnx.TypeProto.ITensor;
const model = (change: Parameters<typeof changed>[1]) => (files: Files) => ({
  model: changed(files.model, change),
});

/** Has the scores pass one more operator. */
function scoresThrough(opType: string, value: number) {
  return model((graph) => {
    for (const node of graph.node ?? [])
      node.output = (node.output ?? []).map((name) => (name === "scores" ? "before" : name));
    const rawData = new Uint8Array(Float32Array.of(value).buffer);
    graph.initializer?.push({ name: "spoilt", dataType: FLOAT, dims: [1], rawData });
    graph.node?.push({ name: "spoil", opType, input: ["before", "spoilt"], output: ["scores"] });
  });
}

const hostile = (pattern: RegExp) => (files: Files, random: Random) => {
  const [, change] = random.pick(OTHER_CHANGES.filter(([name]) => pattern.test(name)));
  return { model: changed(files.model, change) };
};

export const BAD_CONTENTS: readonly BadContent[] = [
  {
    name: "another input's name",
    reason: /its inputs are past string\[history_length\]/,
    make: model((graph) => Object.assign(inputAt(graph, 0), { name: "past" })),
  },
  {
    name: "another input's shape",
    reason: /its inputs are history string\[7\]/,
    make: model((graph) => {
      tensorOf(inputAt(graph, 0)).shape = { dim: [{ dimValue: 7 }] };
    }),
  },
  {
    name: "another input's type",
    reason: /its inputs are history string\[history_length\], k type 6\[1\]/,
    make: model((graph) => {
      tensorOf(inputAt(graph, 1)).elemType = INT32;
    }),
  },
  {
    name: "another output's name",
    reason: /its outputs are items string\[answer_length\], points float32/,
    make: model((graph) => Object.assign(outputAt(graph, 1), { name: "points" })),
  },
  {
    name: "an output less",
    reason: /its outputs are items string\[answer_length\], not/,
    make: model((graph) => {
      graph.output = (graph.output ?? []).slice(0, 1);
    }),
  },
  {
    name: "scores that are no numbers",
    reason: /the score of item "\w+" is NaN, not a number/,
    make: scoresThrough("Add", Number.NaN),
  },
  {
    name: "scores without end",
    reason: /the score of item "\w+" is Infinity, not a number/,
    make: scoresThrough("Add", Number.POSITIVE_INFINITY),
  },
  {
    name: "scores a thousandth greater than its golden rows",
    reason: /answers golden row \d+ of \d+ otherwise than when it was trained: score/,
    make: scoresThrough("Mul", 1.001),
  },
  {
    name: "the answers of another model",
    reason: /answers golden row \d+ of \d+ otherwise than when it was trained/,
    make: (_, __, other) => ({ model: other.model }),
  },
  {
    name: "data in another file",
    reason: /its tensor "outside" lies in another file/,
    make: (files, random) => {
      const outside = outsideTensors(["weights.bin", "../weights.bin", "/etc/hostname"]);
      const [, change] = random.pick(outside.filter(([name]) => name.endsWith("in a new constant")));
      return { model: changed(files.model, change) };
    },
  },
  {
    name: "an operator that no recommender needs",
    reason: /it uses the operator "\w+", which no recommender needs/,
    make: hostile(/^the operator /),
  },
  {
    name: "a loop",
    reason: /it uses the operator "\w+", which no recommender needs/,
    make: hostile(/^control flow /),
  },
  {
    name: "operators of somebody's own",
    reason: /it uses the operator set "evil"/,
    make: hostile(/^an opset of somebody's own/),
  },
  {
    name: "a tensor that says it is larger than its data",
    reason: /its tensor "\w+" says it is larger than its data/,
    make: hostile(/^a shape of /),
  },
  {
    name: "a small file that becomes a large one",
    reason: /could give \d+ numbers, where the whole file holds/,
    make: hostile(/^a product of thin constants/),
  },
  {
    name: "more megabytes than the definition allows",
    reason: /has 0\.6 MB, more than maxSizeMb: 0\.5/,
    make: model((_, whole) => {
      whole.docString = "x".repeat(TOO_LARGE);
    }),
    at: ["registration", "flip", "import"],
  },
  {
    name: "a pickle in the model's place",
    reason: /its bytes are no ONNX file|it has no graph/,
    make: () => ({ model: Buffer.from("\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os.", "latin1") }),
  },
  {
    name: "an empty model",
    reason: /it has no graph/,
    make: () => ({ model: new Uint8Array() }),
  },
  {
    name: "a popularity list that knows nothing to show",
    reason: /popularity list is empty/,
    make: (files) => ({ fallback: files.model }),
  },
  {
    name: "a popularity list that is no model",
    reason: /its bytes are no ONNX file|it has no graph/,
    make: (files) => ({ fallback: files.golden }),
  },
  {
    name: "rules that nobody can read",
    reason: /a release's rules: cannot be read/,
    make: () => ({ rules: Buffer.from('{"schemaVersion":1,"rules":"none"}') }),
  },
  {
    name: "golden rows that nobody can read",
    reason: /golden rows: their bytes cannot be read/,
    make: () => ({ golden: Buffer.from('{"format":"holt-golden-rows-1","k":10,"cases":[]}') }),
  },
];

const CHANGED = /artifact [0-9a-f]{64}: its bytes hash to [0-9a-f]{64}, so it changed after it was stored/;
const MISSING = /artifact [0-9a-f]{64}: is not in the store/;

/** The bytes of a file, changed. */
function rewritten(change: (bytes: Buffer, random: Random) => Uint8Array): BadFile["damage"] {
  return async (path, random) => {
    const file = await open(path, "r");
    const bytes = await file.readFile().finally(() => file.close());
    await writeFile(path, change(bytes, random));
  };
}

const DAMAGES: Record<string, { reason: RegExp; damage: BadFile["damage"]; only?: keyof Files }> = {
  "one bit flipped": {
    reason: CHANGED,
    damage: rewritten((bytes, random) => {
      const at = random.below(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
      return bytes;
    }),
  },
  "cut short": {
    reason: CHANGED,
    damage: rewritten((bytes, random) => bytes.subarray(0, random.below(bytes.length))),
  },
  lost: { reason: MISSING, damage: (path) => rm(path) },
  "a link in its place": {
    reason: /artifact [0-9a-f]{64}: a link, or no file, stands in its place/,
    async damage(path) {
      await rename(path, `${path}.away`);
      await symlink(`${path}.away`, path);
    },
  },
  "a folder in its place": {
    reason: /artifact [0-9a-f]{64}: a link, or no file, stands in its place/,
    async damage(path) {
      await rm(path);
      await mkdir(path);
    },
  },
  "two gigabytes in its place": {
    reason: /artifact [0-9a-f]{64}: has 2147483648 bytes, more than/,
    only: "model",
    async damage(path) {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, "w");
      await file.truncate(TWO_GIGABYTES).finally(() => file.close());
    },
  },
};

const PARTS: Record<keyof Files, string> = {
  model: "model",
  fallback: "popularity list",
  golden: "golden rows",
  rules: "rules",
};

export const BAD_FILES: readonly BadFile[] = Object.entries(PARTS).flatMap(([part, words]) =>
  Object.entries(DAMAGES)
    .filter(([, { only }]) => only === undefined || only === part)
    .map(([name, { reason, damage }]) => ({
      ...{ name: `${words}: ${name}`, reason, isLost: name === "lost", part: part as keyof Files, damage },
    })),
);
