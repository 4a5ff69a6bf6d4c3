/** Looks of the others' pointers. */
import { css } from "lit";

export const pointersStyle = css`
  .pointer {
    position: absolute;
    width: 0;
    height: 0;
    transition: left 80ms linear, top 80ms linear, opacity 400ms;
  }
  .pointer[data-still] { opacity: 0; }
  .pointer svg {
    position: absolute;
    left: -1px;
    top: -1px;
    overflow: visible;
    fill: var(--_colour);
    stroke: #fff;
    stroke-width: 1.5;
    stroke-linejoin: round;
  }
  .pointer span {
    position: absolute;
    left: 12px;
    top: 17px;
    max-width: 14em;
    padding: 1px 7px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 12px;
    font-weight: 600;
    color: #fff;
    background: var(--_colour);
    border: 1px solid #fff;
    border-radius: 8px;
  }
  .pointer[data-left] span { left: auto; right: 4px; }
  .pointer[data-up] span { top: auto; bottom: 4px; }
  @media (prefers-reduced-motion: reduce) { .pointer { transition: none; } }
`;
