/** What trainers and evaluation work on: who had which items, in time order, without anybody's name. */
import { BrokenPromise } from "./errors.ts";

/** People's histories, one after the other. */
export interface Histories {
  /** Where each person's part of `items` begins; one more entry than people, the last is the length of `items`. */
  starts: Int32Array;
  /** Indices into the training set's `items`, in time order within a person. */
  items: Int32Array;
}

export interface TrainingSet {
  /** Ids of the items that may be recommended, sorted by code unit, each once. */
  items: string[];
  /** The earlier part of each person's history, from which models learn. */
  train: Histories;
  /** The later part, which models are judged by. Same people in the same order. */
  heldOut: Histories;
}

/** First bytes of the format; another layout gets another number. */
const MAGIC = "HOLTSET1";
const PREFIX_BYTES = MAGIC.length + 4;
const INT_BYTES = 4;

interface Header {
  items: string[];
  people: number;
  train: number;
  heldOut: number;
}

export function peopleIn(histories: Histories): number {
  return histories.starts.length - 1;
}

/** One person's items as indices, in time order; a view, not a copy. */
export function historyOf(histories: Histories, person: number): Int32Array {
  return histories.items.subarray(histories.starts[person], histories.starts[person + 1]);
}

/**
 * Bytes of a training set; equal sets give equal bytes. Layout: magic, length of the header (uint32), header as JSON
 * padded with blanks to a multiple of 4, then four arrays of little-endian int32: starts and items of `train`, of `heldOut`.
 * @throws {BrokenPromise} the set breaks a rule of its type
 */
export function encodeTrainingSet(set: TrainingSet): Uint8Array {
  assertSound(set);
  const header: Header = {
    items: set.items,
    people: peopleIn(set.train),
    train: set.train.items.length,
    heldOut: set.heldOut.items.length,
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / INT_BYTES) * INT_BYTES;
  const arrays = [set.train.starts, set.train.items, set.heldOut.starts, set.heldOut.items];
  const integers = arrays.reduce((sum, array) => sum + array.length, 0);
  const bytes = new Uint8Array(PREFIX_BYTES + headerBytes + integers * INT_BYTES);
  const view = new DataView(bytes.buffer);
  new TextEncoder().encodeInto(MAGIC, bytes);
  view.setUint32(MAGIC.length, headerBytes, true);
  bytes.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  bytes.set(json, PREFIX_BYTES);
  let offset = PREFIX_BYTES + headerBytes;
  for (const array of arrays)
    for (const value of array) {
      view.setInt32(offset, value, true);
      offset += INT_BYTES;
    }
  return bytes;
}

/** @throws {BrokenPromise} the bytes are no training set, or one that breaks a rule of its type */
export function decodeTrainingSet(bytes: Uint8Array): TrainingSet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX_BYTES || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC)
    throw broken(`its bytes don't begin with ${MAGIC}`);
  const headerBytes = view.getUint32(MAGIC.length, true);
  if (headerBytes > bytes.length - PREFIX_BYTES) throw broken("it ends within its header");
  const { items, people, train, heldOut } = readHeader(
    bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes),
  );
  const integers = 2 * (people + 1) + train + heldOut;
  let offset = PREFIX_BYTES + headerBytes;
  if (offset + integers * INT_BYTES !== bytes.length)
    throw broken(`it has ${bytes.length} bytes, not ${offset + integers * INT_BYTES} as its header says`);
  const next = (length: number) => {
    const array = new Int32Array(length);
    for (let index = 0; index < length; index += 1, offset += INT_BYTES)
      array[index] = view.getInt32(offset, true);
    return array;
  };
  const set = {
    items,
    train: { starts: next(people + 1), items: next(train) },
    heldOut: { starts: next(people + 1), items: next(heldOut) },
  };
  assertSound(set);
  return set;
}

function readHeader(bytes: Uint8Array): Header {
  try {
    const { items, people, train, heldOut } = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    );
    const counts = [people, train, heldOut];
    if (!Array.isArray(items) || !items.every((item) => typeof item === "string"))
      throw new TypeError("items");
    if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) throw new TypeError("counts");
    return { items, people, train, heldOut };
  } catch (error) {
    throw broken("its header cannot be read", error);
  }
}

function assertSound({ items, train, heldOut }: TrainingSet): void {
  for (let index = 1; index < items.length; index += 1)
    if ((items[index - 1] as string) >= (items[index] as string))
      throw broken(`item "${items[index]}" is out of order or there twice`);
  if (train.starts.length !== heldOut.starts.length)
    throw broken("its two parts have different numbers of people");
  for (const { starts, items: indices } of [train, heldOut]) {
    if (starts[0] !== 0 || starts.at(-1) !== indices.length)
      throw broken("its histories don't cover their items");
    for (let person = 1; person < starts.length; person += 1)
      if ((starts[person] as number) < (starts[person - 1] as number))
        throw broken("a history ends before it begins");
    for (const index of indices)
      if (index < 0 || index >= items.length)
        throw broken(`item number ${index} is not among its ${items.length}`);
  }
}

function broken(what: string, cause?: unknown): BrokenPromise {
  return new BrokenPromise(`training set: ${what}; run the step "split" again with --fresh`, { cause });
}
