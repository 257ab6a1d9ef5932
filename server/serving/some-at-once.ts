/** What `work` gives for each, in their order; so many are under way at most. The first that fails fails all. */
export async function someAtOnce<One, Result>(
  most: number,
  all: readonly One[],
  work: (one: One) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = all.entries();
  // one iterator for all of them: each takes the next
  const worker = async () => {
    for (const [at, one] of entries) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker));
  return results;
}
