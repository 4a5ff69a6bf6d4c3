/** How much of the terminal's foot a soft keyboard covers: most browsers shrink only what is seen, not the page. */
export interface Seen {
  offsetTop: number;
  height: number;
  scale: number;
}

/** In CSS pixels. Nothing is covered while somebody has zoomed in: they look where they want to. */
export function coveredBelow(bottom: number, seen: Seen | null): number {
  if (seen === null || seen.scale > 1.05) return 0;
  return Math.max(0, Math.round(bottom - (seen.offsetTop + seen.height)));
}
