import { css } from "lit";

/** Public names are `--transom-*`; each has a value of its own in both schemes. */
export const style = css`
  :host {
    --_bg: var(--transom-background, light-dark(#ffffff, #11151c));
    --_fg: var(--transom-foreground, light-dark(#161a20, #dbe2ec));
    --_cursor: var(--transom-cursor, light-dark(#1f5fd0, #6ea8fe));
    --_selection: var(--transom-selection, light-dark(#bcd4fb, #2c4a78));
    --_accent: var(--transom-accent, light-dark(#1f5fd0, #6ea8fe));
    --_on-accent: var(--transom-on-accent, light-dark(#ffffff, #08121f));
    --_surface: var(--transom-surface, light-dark(#ffffff, #1c232d));
    --_border: var(--transom-border, light-dark(#dce1e8, #2b3440));
    --_text: var(--transom-text, light-dark(#161a20, #e6ebf2));
    --_warn: var(--transom-warn, light-dark(#8a5a00, #f0b849));
    --_padding: var(--transom-padding, 8px);
    display: block;
    position: relative;
    min-height: 8em;
    overflow: hidden;
    background: var(--_bg);
    font: 14px/1.5 var(--transom-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  }
  :host([theme="light"]) { color-scheme: light; }
  :host([theme="dark"]) { color-scheme: dark; }
  :host([hidden]) { display: none; }
  .box {
    position: absolute;
    inset: 0;
    box-sizing: border-box;
    padding: var(--_padding);
    overflow: hidden;
    /* Read back by the emulator, which cannot resolve custom properties. */
    color: var(--_fg);
    background-color: var(--_bg);
    caret-color: var(--_cursor);
    outline: 0 none var(--_selection);
  }
  .box[letterbox] { display: grid; place-content: center; }
  .mount { width: 100%; height: 100%; }
  .box[letterbox] .mount {
    outline: 1px dashed var(--_border);
    outline-offset: 3px;
  }
  :host([state="stalled"]) .mount,
  :host([state="reconnecting"]) .mount { filter: saturate(0.4); }
  .over {
    position: absolute;
    inset-inline: 8px;
    top: 8px;
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 8px;
    pointer-events: none;
    z-index: 20;
  }
  /* The last lines are what people read: the notice keeps to the other end. */
  .over[data-low] {
    top: auto;
    bottom: calc(8px + var(--_foot, 0px));
  }
  .over > * { pointer-events: auto; }
  .notice {
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
    box-shadow: 0 4px 16px #0003;
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
  button:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
  .chip {
    padding: 3px 10px;
    font-size: 12px;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 99px;
  }
  button.plain { color: inherit; background: none; border-color: var(--_border); }
  @media (pointer: coarse) { button { min-height: 44px; } }
  @media (prefers-reduced-motion: reduce) { .notice { animation: none; } }
  @media (forced-colors: active) { .notice, .chip, button { border-color: CanvasText; } }
`;
