/** @param waiting bytes that PostgreSQL has not taken @param aside bytes that were set aside @param limit of both together */
export function fullSpool(waiting: number, aside: number, limit: number): Error {
  const [held, apart, most] = [waiting, aside, limit].map(megabytes);
  return new Error(
    `spool: is full, ${held} MB wait for PostgreSQL and ${apart} MB were set aside, of ${most} MB; mend PostgreSQL, take away what was set aside, or raise HOLT_SPOOL_MAX_MB`,
  );
}

/** Why nothing is kept, as it is said in public: nothing of paths. */
export function wordsOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined
    ? error.message
    : `spool: cannot be written to (${code}); look at the disk of HOLT_SPOOL_FOLDER`;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
