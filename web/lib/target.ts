/** Opens what folds the element away, then moves there: it takes the focus, so that keyboard and reader go on from it. */
export function goToTarget(id: string): boolean {
  const target = document.getElementById(id);
  if (!target) return false;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null)
    fold.open = true;
  if (!target.hasAttribute("tabindex") && target.tabIndex < 0) target.tabIndex = -1;
  target.scrollIntoView({ block: "start" });
  target.focus({ preventScroll: true });
  return true;
}

/** The part of the page that the address names, as in `#check-case.late_night`; undefined when it names none. */
export function targetOfAddress(): string | undefined {
  const written = location.hash.slice(1);
  if (written === "") return undefined;
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
