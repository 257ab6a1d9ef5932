/** What a person sees of the set-up: one line a step, with the seconds it took. */

/** How often a pipe, which can't show a running clock, is told that a step still works. */
const STILL_AT_WORK_EVERY_MS = 30_000;

/** Something that the person has to mend: `place: what is wrong; remedy`. Shown without a stack. */
export class SetupError extends Error {
  name = "SetupError";
}

/**
 * Runs one step and prints its line. `work` gets a function that changes what the clock's line says, and returns what
 * it found, in words.
 * @param {string} name
 * @param {(say: (words: string) => void) => Promise<string>} work
 */
export async function step(name, work) {
  const started = Date.now();
  const clock = startClock(name, started);
  try {
    const found = await work(clock.say);
    clock.stop();
    console.log(`  ${name.padEnd(14)}${found} (${secondsSince(started)})`);
  } catch (error) {
    clock.stop();
    console.log(`  ${name.padEnd(14)}failed after ${secondsSince(started)}`);
    throw error;
  }
}

/** @param {number} started a time as of `Date.now()` */
export function secondsSince(started) {
  const seconds = (Date.now() - started) / 1_000;
  if (seconds >= 100) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return seconds >= 10 ? `${Math.round(seconds)} s` : `${seconds.toFixed(1)} s`;
}

/** @param {string} name @param {number} started */
function startClock(name, started) {
  const terminal = process.stdout.isTTY === true;
  let words = "";
  const draw = () => {
    const line = `  ${name.padEnd(14)}${words || "at work"} … ${secondsSince(started)}`;
    if (terminal) process.stdout.write(`\r\u001b[K${line.slice(0, (process.stdout.columns ?? 80) - 1)}`);
    else console.log(line);
  };
  const timer = setInterval(draw, terminal ? 500 : STILL_AT_WORK_EVERY_MS);
  return {
    /** @param {string} now */
    say(now) {
      words = now;
      draw();
    },
    stop() {
      clearInterval(timer);
      if (terminal) process.stdout.write("\r\u001b[K");
    },
  };
}
