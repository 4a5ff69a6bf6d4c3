/** Looks of what an element says about control; its colours are the element's. */
import { css } from "lit";

export const controlStyle = css`
  .control {
    position: absolute;
    top: 8px;
    right: 12px;
    left: 12px;
    display: flex;
    flex-direction: column;
    align-items: flex-end;
    gap: 8px;
    pointer-events: none;
    z-index: 21;
  }
  .control .said {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .control .card {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 4px 10px;
    box-sizing: border-box;
    max-width: 100%;
    min-height: 34px;
    padding: 4px 6px 4px 14px;
    font-size: 13px;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: 10px;
    box-shadow: 0 2px 10px #0004;
    pointer-events: auto;
  }
  .control .card > span {
    flex: 1 1 auto;
    padding-right: 8px;
  }
  .control .card[data-hint] { border-color: var(--_accent); }
  .control button { font-size: 13px; min-height: 32px; padding: 3px 12px; border-radius: 6px; margin: 0; }
  @media (pointer: coarse) { .control button { min-height: 44px; } }
  @media (forced-colors: active) { .control .card { border-color: CanvasText; } }
`;
