import { useEffect, useState } from "react";
import { formatDuration } from "../../core/duration.ts";

const written = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A time in the reader's own way and zone; in UTC when pointed at. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={utc(at)}>
      {write(at)}
    </time>
  );
}

/** How long ago, or how long until, as `3.2 h` and never below a second; the time itself when pointed at. */
export function Age({ at }: { at: string }) {
  const now = useNow(10_000);
  return (
    <time dateTime={at} title={`${write(at)} (${utc(at)})`}>
      {formatDuration(Math.max(1_000, Math.abs(now - Date.parse(at))))}
    </time>
  );
}

/** From one time to another, or to now while it goes on. */
export function Took({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null ? 1_000 : 0);
  const end = to === null ? now : Date.parse(to);
  return <span className="figure">{formatDuration(Math.max(0, end - Date.parse(from)))}</span>;
}

/** Milliseconds since 1970, renewed every `everyMs`; 0: never. */
function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMs === 0) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** "AM" and "PM" never stand alone on a line. */
function write(at: string): string {
  return written.format(new Date(at)).replace(/ (?=[AP]M$)/, "\u00a0");
}

function utc(at: string): string {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}
