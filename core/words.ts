/** Figures as a person reads them. */

/** A share of 1 in per cent: whole from 10 % up, else two significant digits: `62 %`, `4.5 %`, `0.32 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return "0 %";
  // 99.6 % of the people isn't everybody
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 100) / 100} %`;
  if (percent >= 10) return `${formatCount(Math.round(percent))} %`;
  return `${Number(percent.toPrecision(2))} %`;
}

/** A whole number with commas: `100,004`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 item`, `2 items`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
