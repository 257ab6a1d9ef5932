/**
 * Numbers from 0 up to but not including 1, the same for the same seed on every machine: sfc32 of PractRand (Chris
 * Doty-Humphrey), three seed words and a counter, the first 12 outputs thrown away.
 */
export function seededRandom(seed: number): () => number {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let thrownAway = 0; thrownAway < 12; thrownAway += 1) next();
  return next;
}
