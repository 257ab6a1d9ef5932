const LONGEST_START_MS = 60_000;
const ASK_AGAIN_MS = 50;

/**
 * Waits until a process that was just started answers. Returns undefined then, else in words why it never will.
 * @param answers asks it once; never throws
 * @param ended settles when it has ended, in words
 */
export async function untilAnswers(
  answers: () => Promise<boolean>,
  ended: Promise<string>,
): Promise<string | undefined> {
  let why: string | undefined;
  ended.then((how) => {
    why = how;
  });
  const deadline = Date.now() + LONGEST_START_MS;
  while (why === undefined && Date.now() < deadline) {
    if (await answers()) return undefined;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  return why ?? `no answer within ${LONGEST_START_MS / 1_000} s`;
}
