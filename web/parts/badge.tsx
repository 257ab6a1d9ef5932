import type { Look } from "../lib/words.ts";
import { Icon } from "./icon.tsx";

/** A state as word, shape and colour. */
export function Badge({ look }: { look: Look }) {
  return (
    <span className={`badge tone-${look.tone}`}>
      <Icon name={look.icon} size={13} />
      {look.label}
    </span>
  );
}
