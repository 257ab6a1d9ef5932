/** Reads what a training's process gives, never more than is fit. */
import type { Readable } from "node:stream";
import type { Progress } from "./settings.ts";
import { type TrainMessage, trainMessageSchema } from "./train-messages.ts";

/** Kept of stderr, and of what a trainer says, in characters. */
const LOG_TAIL_LENGTH = 8_000;
/** A longer line is no message of a trainer, in characters. */
const LONGEST_LINE = 64_000;

/** Collects a stream's end; the result gives what there is so far. */
export function keepTail(stream: Readable): () => string {
  const tail = keepEnd();
  stream.setEncoding("utf8").on("data", tail.add);
  return tail.end;
}

/** Collects a text's end. */
export function keepEnd(): { add(text: string): void; end(): string } {
  let tail = "";
  return {
    add(text) {
      tail = (tail + text).slice(-LOG_TAIL_LENGTH);
    },
    end: () => tail,
  };
}

/** The last word of a trainer, or the first line that is none of a trainer's. */
export type LastWord = Exclude<TrainMessage, { progress: string }> | { nonsense: string };

/** Hands on the progress and resolves with the last word once the stream ends, or at once when it is nonsense. */
export async function listen(stream: Readable, progress: Progress): Promise<LastWord | undefined> {
  let last: LastWord | undefined;
  let unfinished = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const lines = (unfinished + chunk).split("\n");
    unfinished = lines.pop() as string;
    if (unfinished.length > LONGEST_LINE) lines.push(unfinished);
    for (const message of lines.map(parse)) {
      if ("nonsense" in message) return message;
      if ("progress" in message) progress(message.progress);
      else last = message;
    }
  }
  return last;
}

function parse(line: string): TrainMessage | { nonsense: string } {
  try {
    return trainMessageSchema.parse(JSON.parse(line));
  } catch {
    return { nonsense: line.slice(0, 200) };
  }
}

/** All bytes of a stream; undefined as soon as there are more than `most`. */
export async function readAtMost(stream: Readable, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += (chunk as Uint8Array).length;
    if (length > most) return undefined;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}
