/** A share for a sentence of a rollout's check: `8.75 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
