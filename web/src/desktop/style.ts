import { css } from "lit";

/** Public names are `--transom-*`; the picture itself stands on a neutral ground in both schemes. */
export const style = css`
  :host {
    --_ground: var(--transom-ground, #0b0d10);
    --_accent: var(--transom-accent, light-dark(#1f5fd0, #6ea8fe));
    --_on-accent: var(--transom-on-accent, light-dark(#ffffff, #08121f));
    --_surface: var(--transom-surface, light-dark(#ffffff, #1c232d));
    --_border: var(--transom-border, light-dark(#dce1e8, #2b3440));
    --_text: var(--transom-text, light-dark(#161a20, #e6ebf2));
    --_warn: var(--transom-warn, light-dark(#8a5a00, #f0b849));
    display: block;
    position: relative;
    min-height: 8em;
    overflow: hidden;
    background: var(--_ground);
    font: 14px/1.5 var(--transom-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  }
  :host([theme="light"]) { color-scheme: light; }
  :host([theme="dark"]) { color-scheme: dark; }
  :host([hidden]) { display: none; }
  .box {
    position: absolute;
    inset: 0;
    display: grid;
    overflow: hidden;
    scrollbar-color: #555c66 transparent;
  }
  .box[data-scrolls] { overflow: auto; }
  .layer {
    position: relative;
    grid-area: 1 / 1;
    margin: auto;
    overflow: clip;
    pointer-events: none;
  }
  canvas {
    grid-area: 1 / 1;
    display: block;
    margin: auto;
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
  }
  canvas[data-crisp] { image-rendering: pixelated; }
  :host([state="stalled"]) canvas,
  :host([state="reconnecting"]) canvas,
  :host([state="ended"]) canvas { filter: saturate(0.3) brightness(0.7); }
  textarea {
    position: absolute;
    left: 0;
    bottom: 0;
    width: 1px;
    height: 1em;
    padding: 0;
    border: 0;
    overflow: hidden;
    outline: none;
    pointer-events: none;
  }
  .frame {
    position: absolute;
    inset: 0;
    pointer-events: none;
    border: 2px solid transparent;
    transition: border-color 150ms;
  }
  :host([data-focused]) .frame { border-color: var(--_accent); }
  .over {
    position: absolute;
    inset-inline: 8px;
    top: 8px;
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 8px;
    pointer-events: none;
  }
  .over > * { pointer-events: auto; }
  .notice, .toast {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    box-sizing: border-box;
    max-width: 100%;
    min-height: 48px;
    padding: 7px 8px 7px 14px;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 10px;
    box-shadow: 0 4px 16px #0006;
  }
  .notice[data-tone="quiet"] {
    padding-right: 14px;
    min-height: 36px;
    /* What is over in a moment is not worth a flash. */
    animation: late 300ms step-end;
  }
  .notice[data-tone="warn"] { border-color: var(--_warn); }
  .notice p { margin: 0; flex: 0 1 auto; }
  @keyframes late { from { visibility: hidden; } }
  button {
    font: inherit;
    min-height: 32px;
    padding: 4px 12px;
    border: 1px solid transparent;
    border-radius: 6px;
    color: var(--_on-accent);
    background: var(--_accent);
    font-weight: 600;
    cursor: pointer;
  }
  button.plain { color: inherit; background: none; border-color: var(--_border); font-weight: 400; }
  button:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
  .chips {
    position: absolute;
    right: 12px;
    bottom: 12px;
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    align-items: center;
    gap: 8px;
    pointer-events: none;
  }
  .chip {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 3px 12px;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 99px;
    box-shadow: 0 2px 8px #0006;
  }
  .chip button { pointer-events: auto; border-radius: 99px; margin-right: -9px; }
  .toasts {
    position: absolute;
    inset-inline: 8px;
    bottom: 56px;
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 8px;
    pointer-events: none;
  }
  .toasts > * { pointer-events: auto; }
  @media (pointer: coarse) { button { min-height: 44px; } }
  @media (prefers-reduced-motion: reduce) {
    .notice { animation: none; }
    .frame { transition: none; }
  }
  @media (forced-colors: active) { .notice, .chip, .toast, button { border-color: CanvasText; } }
`;
