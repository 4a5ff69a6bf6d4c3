import { css } from "lit";

/** What comes over and under the screen; colours are the element's own. */
export const toolsStyle = css`
  .tools {
    position: absolute;
    inset: 0;
    pointer-events: none;
    z-index: 30;
    color: var(--_text);
    --_muted: light-dark(#566170, #97a3b4);
    --_danger: light-dark(#b42318, #ff8b80);
  }
  .tools .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .tools button.plain {
    color: var(--_text);
    background: var(--_surface);
    border-color: var(--_border);
    font-weight: 400;
  }
  .tools button.plain:hover { background: color-mix(in srgb, var(--_surface) 92%, var(--_text)); }
  .tools button:disabled { color: var(--_muted); cursor: default; }
  .tools input[type="text"] {
    font: inherit;
    min-height: 32px;
    box-sizing: border-box;
    padding: 2px 8px;
    color: var(--_text);
    background: var(--_bg);
    border: 1px solid var(--_border);
    border-radius: 6px;
  }
  .tools :focus-visible { outline: 2px solid var(--_accent); outline-offset: 1px; }

  .search {
    pointer-events: auto;
    position: absolute;
    top: 8px;
    right: 20px;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    box-sizing: border-box;
    max-width: calc(100% - 40px);
    padding: 6px;
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 10px;
    box-shadow: 0 4px 16px #0003;
  }
  .search[data-low] { top: auto; bottom: calc(8px + var(--_foot, 0px)); }
  .search input { flex: 1 1 11em; min-width: 7em; }
  .search .found {
    margin-inline-start: 6px;
    min-width: 6.5em;
    font-size: 13px;
    font-variant-numeric: tabular-nums;
    color: var(--_muted);
  }
  .search .found[data-bad] { color: var(--_danger); }
  .search button { min-width: 32px; padding: 2px 6px; }
  .tools button[aria-pressed="true"] {
    color: var(--_on-accent);
    background: var(--_accent);
  }

  .toasts {
    position: absolute;
    left: 8px;
    right: 8px;
    bottom: calc(12px + var(--_foot, 0px));
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 8px;
  }
  .toast {
    pointer-events: auto;
    display: flex;
    align-items: center;
    gap: 8px;
    max-width: 100%;
    box-sizing: border-box;
    padding: 6px 6px 6px 14px;
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 10px;
    box-shadow: 0 4px 16px #0003;
  }
  .toast button.plain { border-color: transparent; min-width: 32px; padding: 2px 6px; }

  .hint {
    position: absolute;
    left: 8px;
    bottom: calc(8px + var(--_foot, 0px));
    display: none;
    gap: 2px 12px;
    flex-wrap: wrap;
    max-width: calc(100% - 16px);
    box-sizing: border-box;
    padding: 4px 10px;
    font-size: 12px;
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 6px;
    box-shadow: 0 4px 16px #0003;
  }
  .hint[data-on] { display: flex; }
  .to { overflow-wrap: anywhere; }

  .menu {
    pointer-events: auto;
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 4px;
    min-width: 200px;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 10px;
    box-shadow: 0 8px 30px #0003;
  }
  .menu button {
    display: flex;
    justify-content: space-between;
    gap: 24px;
    width: 100%;
    color: var(--_text);
    background: none;
    font-weight: 400;
    text-align: start;
  }
  .menu button:is(:hover, :focus-visible):not(:disabled) {
    background: color-mix(in srgb, var(--_surface) 88%, var(--_text));
  }
  .menu kbd { font: inherit; color: var(--_muted); }
  .menu button:is(:hover, :focus-visible) kbd { color: inherit; }

  .keys {
    pointer-events: auto;
    position: absolute;
    inset: auto 0 var(--_covered, 0px) 0;
    display: flex;
    gap: 4px;
    height: 52px;
    box-sizing: border-box;
    padding: 4px;
    overflow-x: auto;
    overscroll-behavior: contain;
    scrollbar-width: none;
    background: var(--_surface);
    border-top: 1px solid var(--_border);
  }
  .keys button {
    flex: 1 0 44px;
    min-height: 44px;
    padding: 2px 4px;
    color: var(--_text);
    background: var(--_bg);
    border-color: var(--_border);
    font-weight: 400;
    touch-action: manipulation;
    user-select: none;
  }
  .keys button[data-state="stays"] { text-decoration: underline; text-underline-offset: 4px; }

  .tools dialog {
    pointer-events: auto;
    box-sizing: border-box;
    width: min(560px, calc(100vw - 32px));
    padding: 24px;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 10px;
    box-shadow: 0 12px 40px #0004;
  }
  .tools dialog::backdrop { background: #0007; }
  .tools dialog h2 { margin: 0 0 8px; font-size: 16px; }
  .tools dialog p { margin: 0 0 8px; }
  .tools dialog .muted { color: var(--_muted); }
  .tools dialog .address { overflow-wrap: anywhere; }
  .tools dialog pre {
    margin: 0 0 8px;
    padding: 8px;
    max-height: 40vh;
    overflow: auto;
    font: 13px/1.5 "JetBrains Mono Variable", ui-monospace, Menlo, Consolas, monospace;
    background: var(--_bg);
    border: 1px solid var(--_border);
    border-radius: 6px;
  }
  .tools .tick { display: flex; align-items: center; gap: 8px; min-height: 32px; }
  .tools .tick input { width: 18px; height: 18px; accent-color: var(--_accent); }
  .tools .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
    margin-top: 16px;
  }
  @media (max-width: 480px) {
    .search { right: 8px; max-width: calc(100% - 16px); }
    .tools .actions > button { flex: 1 1 auto; }
  }
  @media (pointer: coarse) {
    .tools button, .tools input[type="text"], .tools .tick { min-height: 44px; }
    .search button, .toast button.plain { min-width: 44px; }
  }
  @media (forced-colors: active) {
    .search, .toast, .hint, .menu, .keys, .tools dialog { border-color: CanvasText; }
  }
`;
