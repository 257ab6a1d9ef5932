/** Files of an exported release that are not as a trusted environment wrote and signed them. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { BLOCK } from "../../store/tar.ts";
import type { Random } from "./random.ts";

export interface BadExport {
  name: string;
  reason: RegExp;
  change(of: { bytes: Buffer; random: Random; another: Buffer }): Uint8Array;
  /** Signs it instead of the environment's own key. */
  key?: KeyObject;
  /** What it calls itself. */
  environment?: string;
}

const stranger = generateKeyPairSync("ed25519").privateKey;
const asItIs: BadExport["change"] = ({ bytes }) => bytes;

/** Where a member's bytes begin. */
function memberAt(bytes: Buffer, name: string): number {
  const header = bytes.indexOf(`${name}\0`);
  if (header < 0) throw new Error(`the file has no ${name}`);
  return header + BLOCK;
}

/** Within the artifacts. */
function somewhere(bytes: Buffer, random: Random): number {
  const first = bytes.indexOf("artifacts/", memberAt(bytes, "evidence.json"));
  return first + BLOCK + random.below(bytes.length - first - 3 * BLOCK);
}

export const BAD_EXPORTS: readonly BadExport[] = [
  {
    name: "signed by nobody",
    reason: /its manifest was changed after key [0-9a-f]{16} signed it/,
    change({ bytes }) {
      const at = bytes.indexOf('"signature":"') + '"signature":"'.length;
      bytes.write("0".repeat(128), at, "latin1");
      return bytes;
    },
  },
  {
    name: "signed by a stranger's key",
    reason: /is signed by key [0-9a-f]{16}, which is not trusted here/,
    change: asItIs,
    key: stranger,
  },
  {
    name: "the name of another environment",
    reason: /says that it comes from "qa", and its key is trusted here as "staging"/,
    change: asItIs,
    environment: "qa",
  },
  {
    name: "the signature of another file",
    reason: /its manifest was changed after key [0-9a-f]{16} signed it/,
    change({ bytes, another }) {
      const at = memberAt(bytes, "signature.json");
      another.copy(
        bytes,
        at,
        memberAt(another, "signature.json"),
        memberAt(another, "signature.json") + BLOCK,
      );
      return bytes;
    },
  },
  {
    name: "one bit of an artifact flipped",
    reason: /hashes to [0-9a-f]{64}, and its manifest names|something else stands/,
    change({ bytes, random }) {
      const at = somewhere(bytes, random);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
      return bytes;
    },
  },
  {
    name: "cut short",
    reason: /ends too early/,
    change: ({ bytes, random }) => bytes.subarray(0, random.below(bytes.length)),
  },
  {
    name: "another artifact under the digest",
    reason: /hashes to [0-9a-f]{64}, and its manifest names|something else stands/,
    change({ bytes, another }) {
      const [at, from] = [bytes, another].map(
        (file) => file.indexOf("artifacts/", memberAt(file, "evidence.json")) + BLOCK,
      );
      another.copy(bytes, at, from, (from as number) + BLOCK);
      return bytes;
    },
  },
  {
    name: "something after its end",
    reason: /something stands after its end/,
    change: ({ bytes, random }) => Buffer.concat([bytes, random.bytes(1 + random.below(600))]),
  },
];
