/** The page's icon while a program reports progress: a ring that fills. */
import type { Progress } from "../../terminal/progress";

const COLORS: Readonly<Record<Progress["state"], string>> = {
  none: "",
  normal: "#3b78e7",
  busy: "#3b78e7",
  paused: "#c78a13",
  error: "#d1382c",
};

const AROUND = 2 * Math.PI * 12;

/** A `data:` address, or `null` for the usual icon. Nothing of the machine's goes into it but a number. */
export function faviconOf({ state, percent }: Progress): string | null {
  if (state === "none") return null;
  const part = state === "busy" ? 0.3 : state === "error" ? 1 : percent / 100;
  const dash = `${(part * AROUND).toFixed(1)} ${AROUND.toFixed(1)}`;
  const ring = (color: string, more: string) =>
    `<circle cx="16" cy="16" r="12" fill="none" stroke="${color}" stroke-width="6" ${more}/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${ring("#8a94a3", 'opacity=".4"')}${ring(
    COLORS[state],
    `stroke-dasharray="${dash}" transform="rotate(-90 16 16)"`,
  )}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
