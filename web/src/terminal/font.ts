/** The bundled typeface. Fonts of a shadow root are not loaded, so it is registered with the document. */
import latin from "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2?url";

export const FONT_STACK =
  '"JetBrains Mono Variable", ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

let loading: Promise<void> | null = null;

/** Cells are measured with the font, so it has to be there before the emulator opens. */
export function loadFont(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const url = new URL(latin, import.meta.url).href;
  const face = new FontFace("JetBrains Mono Variable", `url("${url}") format("woff2")`, {
    weight: "100 800",
  });
  document.fonts.add(face);
  try {
    await face.load();
  } catch {
    // The stack has a next name.
  }
}
