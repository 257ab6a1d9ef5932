/** What `work` gives, or an error when that takes longer; `work` itself goes on, and its end interests nobody. */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateAnswer(what, milliseconds)), milliseconds);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Counts as a database that cannot be reached. */
class LateAnswer extends Error {
  override name = "LateAnswer";
  readonly code = "ETIMEDOUT";

  constructor(what: string, milliseconds: number) {
    super(`${what}: did not answer within ${milliseconds} ms; look at PostgreSQL's load`);
  }
}
