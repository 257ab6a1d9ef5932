import type { IconName } from "../lib/words.ts";

/** Strokes in a square of 16. */
const PATHS: Record<IconName, string> = {
  dot: "M8 6.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3",
  ring: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11",
  busy: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5",
  check: "M3 8.5l3.4 3.4L13 4.6",
  reuse: "M3 8a5 5 0 0 1 8.8-3.2M13 8a5 5 0 0 1-8.8 3.2M12 1.8v3.2H8.8M4 14.2V11h3.2",
  skip: "M3 4l5 4-5 4zM13 4v8",
  alert: "M8 2L14.5 13.5h-13zM8 6.5v3M8 11.6v.2",
  cross: "M4 4l8 8M12 4l-8 8",
  person: "M8 2.5a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 1 0 0-5.2M3 14c.4-3 2.3-4.4 5-4.4s4.6 1.4 5 4.4",
  question: "M5.4 6a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 1.9M8 12.6v.2",
};

/** A small picture beside a word that says the same, so it is hidden from screen readers. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className={`icon icon-${name}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
