/** Links in the output: opened on Ctrl+click or Cmd+click, or by a tap, and nothing but web addresses. */
import type { ILinkHandler } from "@xterm/xterm";
import { webAddress } from "../ui/address";

const isMac = /^(Mac|iPhone|iPad)/.test(navigator.platform);

export const OPEN_HINT = isMac ? "⌘ click to open" : "Ctrl+click to open";

export function openLink(event: MouseEvent, address: string): void {
  const tapped = event instanceof PointerEvent && event.pointerType === "touch";
  if (!(tapped || (isMac ? event.metaKey : event.ctrlKey))) return;
  const url = webAddress(address);
  if (url !== null) window.open(url, "_blank", "noopener,noreferrer");
}

/** For addresses that a program attaches to its text (OSC 8). */
export function linkHandler(hint: (text: string | null) => void): ILinkHandler {
  return {
    activate: openLink,
    hover: (_event, address) => hint(webAddress(address)),
    leave: () => hint(null),
    allowNonHttpProtocols: false,
  };
}
