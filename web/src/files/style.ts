import { css } from "lit";

/** Colours are the page's own. */
export const style = css`
  * { box-sizing: border-box; }
  dialog {
    width: min(720px, calc(100vw - 24px));
    height: min(640px, calc(100dvh - 24px));
    padding: 0;
    color: var(--t-text);
    background: var(--t-surface);
    border: 1px solid var(--t-border);
    border-radius: 12px;
    font: 14px/1.5 var(--t-font);
    overflow: hidden;
  }
  dialog[open] { display: flex; flex-direction: column; gap: 8px; padding: 12px 16px 16px; }
  dialog::backdrop { background: #0006; }
  .head { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
  h2, h3, p, ul { margin: 0; padding: 0; list-style: none; }
  h2 { font-size: 16px; }
  h3 { font-size: 14px; }
  .grow { flex: 1; }
  .muted { color: var(--t-muted); }
  .trouble { color: var(--t-danger); overflow-wrap: anywhere; }
  .trouble:empty { display: none; }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button, .button {
    display: inline-flex;
    align-items: center;
    min-height: 32px;
    padding: 4px 12px;
    font: inherit;
    color: var(--t-text);
    background: var(--t-surface);
    border: 1px solid var(--t-border);
    border-radius: 6px;
    cursor: pointer;
  }
  button:hover, .button:hover { background: var(--t-raised); }
  button:disabled, .button[data-disabled] { color: var(--t-muted); background: var(--t-raised); cursor: not-allowed; }
  button:focus-visible, .button:focus-within { outline: 2px solid var(--t-accent); outline-offset: 2px; }
  .primary, .primary:hover { color: var(--t-on-accent); background: var(--t-accent); border-color: transparent; font-weight: 600; }
  .plain { border-color: transparent; }
  .step {
    min-height: 28px;
    padding: 2px 6px;
    color: var(--t-accent);
    background: none;
    border-color: transparent;
    text-align: start;
    overflow-wrap: anywhere;
  }
  nav { display: flex; flex-wrap: wrap; max-height: 88px; overflow-y: auto; }
  nav .step + .step::before { content: "›" / ""; margin-inline-end: 8px; color: var(--t-muted); }
  nav .step[aria-current] { color: var(--t-text); font-weight: 600; }
  .scroll { flex: 1; min-height: 80px; overflow: auto; border-block: 1px solid var(--t-border); }
  table { width: 100%; border-collapse: collapse; }
  th { text-align: start; font-weight: 600; color: var(--t-muted); position: sticky; top: 0; background: var(--t-surface); }
  th, td { padding: 2px 6px; vertical-align: middle; }
  td.name { overflow-wrap: anywhere; }
  td.name .step { margin-inline-start: -7px; }
  .number { text-align: end; white-space: nowrap; }
  .time { white-space: nowrap; color: var(--t-muted); }
  tbody tr:hover { background: var(--t-raised); }
  .plan { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 10px 12px; background: var(--t-raised); border-radius: 8px; }
  .plan p { flex: 1 1 260px; overflow-wrap: anywhere; }
  .actions { display: flex; gap: 8px; }
  .uploads { max-height: 40%; overflow: auto; }
  .uploads li { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 4px 0; }
  .uploads .name { flex: 1 1 160px; overflow-wrap: anywhere; }
  .uploads li[data-state="failed"] .muted { color: var(--t-danger); }
  progress { width: 140px; accent-color: var(--t-accent); }
  .chip { position: fixed; inset: auto 16px 16px auto; z-index: 30; border-radius: 99px; box-shadow: 0 4px 16px #0003; }
  @media (pointer: coarse) { button, .button, .step { min-height: 44px; } }
  @media (max-width: 560px) { .time, th:nth-child(3) { display: none; } }
`;
