/** One figure of ours beside a peer's, from the same machine in the same minute. */
export interface BenchLine {
  name: string;
  ours: number;
  peer: number;
  /** Ours divided by the peer's. */
  ratio: number;
  unit: string;
  /** How often each was measured; the figures are medians. */
  runs: number;
}
