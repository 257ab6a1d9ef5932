import type { ReadStream } from "node:tty";

export interface Keys {
  /** The next key that was pressed; undefined when none was within the time. */
  next(withinMs: number): Promise<string | undefined>;
  /** Gives the terminal back. */
  close(): void;
}

/** Reads single keys from a terminal, without Enter. */
export function readKeys(terminal: ReadStream): Keys {
  const pressed: string[] = [];
  let wake = () => {};
  const onData = (chunk: Buffer) => {
    pressed.push(...chunk.toString());
    wake();
  };
  terminal.setRawMode(true);
  terminal.on("data", onData);
  terminal.resume();
  return {
    async next(withinMs) {
      if (pressed.length === 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      return pressed.shift();
    },
    close() {
      terminal.off("data", onData);
      terminal.setRawMode(false);
      terminal.pause();
    },
  };
}
