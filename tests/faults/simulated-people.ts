import type { Random } from "./random.ts";

/** Numbers of people who exist only in a simulation: what the rows X-… compare arms of. */
export class SimulatedPeople {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random.next())) * Math.cos(2 * Math.PI * this.#random.next());
  }

  /** Mean 1, deviation 0.71: the sum of two waiting times. */
  evening(): number {
    return -Math.log((1 - this.#random.next()) * (1 - this.#random.next())) / 2;
  }

  /**
   * Spend as shops see it: most pay nothing, few pay much; its deviation is some times its mean.
   * @param share who pays @param sigma of the payment's logarithm: 1 is usual, 2 has single payments that outweigh hundreds
   */
  spend(share: number, sigma: number): number {
    return this.#random.next() < share ? Math.exp(3 + sigma * this.normal()) : 0;
  }

  happens(share: number): boolean {
    return this.#random.next() < share;
  }

  /** How many of `of` coins fall heads; exactly, 32 at a time. */
  heads(of: number): number {
    let heads = 0;
    for (let left = of; left > 0; left -= 32) {
      let bits = Math.floor(this.#random.next() * 2 ** 32) >>> 0;
      if (left < 32) bits = bits >>> (32 - left);
      heads += countOnes(bits);
    }
    return heads;
  }

  /** How many of `of` it happens to, where it is rare: by the waits between them, exactly. */
  few(of: number, share: number): number {
    if (share <= 0) return 0;
    let count = 0;
    for (let at = this.#wait(share); at < of; at += 1 + this.#wait(share)) count += 1;
    return count;
  }

  #wait(share: number): number {
    return Math.floor(Math.log(1 - this.#random.next()) / Math.log(1 - share));
  }
}

function countOnes(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
