/** A notice that its receiver did not take. Its message is what a person reads of it later. */
export class NotSent extends Error {
  override name = "NotSent";
  /** Nothing else gets through there just now. */
  readonly isForAll: boolean;
  /** How long the receiver asked to be left alone. */
  readonly pauseMs: number | undefined;

  constructor(
    message: string,
    {
      isForAll = false,
      pauseMs,
      cause,
    }: { isForAll?: boolean; pauseMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.isForAll = isForAll;
    this.pauseMs = pauseMs;
  }
}
