/** Parts of the emulator that are loaded when they are of use. */
import type { Terminal } from "@xterm/xterm";
import { webAddress } from "../ui/address";
import { openLink } from "./links";

/** Widths of emoji and combined characters as programs count them. */
export async function loadGraphemes(): Promise<(term: Terminal) => void> {
  const { UnicodeGraphemesAddon } = await import("@xterm/addon-unicode-graphemes");
  return (term) => term.loadAddon(new UnicodeGraphemesAddon());
}

/** Finds addresses in plain text. */
export async function loadLinks(
  term: Terminal,
  hint: (address: string | null) => void,
): Promise<void> {
  const { WebLinksAddon } = await import("@xterm/addon-web-links");
  const hover = (_event: MouseEvent, address: string) => hint(webAddress(address));
  term.loadAddon(new WebLinksAddon(openLink, { hover, leave: () => hint(null) }));
}

/** Drawing by the graphics card; software rendering of the same is slower than the plain way. */
export async function loadWebgl(term: Terminal): Promise<void> {
  if (!hasGraphicsCard()) return;
  const { WebglAddon } = await import("@xterm/addon-webgl");
  const webgl = new WebglAddon();
  webgl.onContextLoss(() => webgl.dispose());
  term.loadAddon(webgl);
}

function hasGraphicsCard(): boolean {
  const gl = document
    .createElement("canvas")
    .getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (gl === null) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !/swiftshader|llvmpipe|software|basic render/i.test(renderer);
}
