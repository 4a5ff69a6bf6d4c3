// A terminal on a page: what it shows, and typing into it.
import { expect, type Locator, type Page } from "@playwright/test";

interface TransomTerminal extends HTMLElement {
  bufferText(): string;
}

export class Terminal {
  readonly element: Locator;

  constructor(readonly page: Page) {
    this.element = page.locator("transom-terminal >> visible=true");
  }

  /** Waits until there is a shell that waits for input. */
  async prompt(): Promise<this> {
    await this.state("live");
    await this.shows(/\$\s*$/);
    return this;
  }

  async state(state: string): Promise<void> {
    await expect(this.element).toHaveAttribute("state", state);
  }

  /** The tab of this terminal's page with that name, or the one in front. */
  tab(name?: string | RegExp): Locator {
    return this.page.getByRole("tab", name === undefined ? { selected: true } : { name });
  }

  async text(): Promise<string> {
    return this.element.evaluate((element: TransomTerminal) => element.bufferText());
  }

  /** Waits until the terminal shows `pattern`, scrollback included, and returns the match. */
  async shows(pattern: RegExp): Promise<RegExpMatchArray> {
    await expect
      .poll(async () => (await this.text()).trimEnd(), { message: `terminal shows ${pattern}` })
      .toMatch(pattern);
    const match = (await this.text()).trimEnd().match(pattern);
    if (!match) throw new Error(`the terminal no longer shows ${pattern}`);
    return match;
  }

  async type(text: string): Promise<void> {
    await this.element.click();
    await this.page.keyboard.type(text);
  }

  /** Runs a command; what it prints is waited for by `shows`. */
  async run(command: string): Promise<void> {
    await this.type(command);
    await this.page.keyboard.press("Enter");
  }

  /** The lowest contrast (WCAG) of the pieces of text in the drawn lines that match `pattern` with what is behind them. */
  async lowestContrast(pattern: RegExp): Promise<number> {
    const rows = this.element.locator(".xterm-rows > div").filter({ hasText: pattern });
    const spans = rows.locator("span").filter({ hasText: /\S/ });
    const pairs = await spans.evaluateAll((all) =>
      all.map((span) => {
        const { color, backgroundColor } = getComputedStyle(span);
        const box = span.closest<HTMLElement>(".box");
        const under = box === null ? "rgb(0, 0, 0)" : getComputedStyle(box).backgroundColor;
        return [color, backgroundColor === "rgba(0, 0, 0, 0)" ? under : backgroundColor] as const;
      }),
    );
    if (pairs.length === 0) return 0;
    return Math.min(...pairs.map(([text, ground]) => contrast(text, ground)));
  }

  /** Moves the mouse over the last line that begins with `text`. */
  async pointAt(text: string): Promise<void> {
    const rows = this.element.locator(".xterm-rows > div").filter({ hasText: text });
    const box = await rows.last().boundingBox();
    if (!box) throw new Error(`no line ${text}`);
    await this.page.mouse.move(box.x + 24, box.y + box.height / 2, { steps: 3 });
  }

  /** Clicks where the mouse is. */
  async clickWith(modifier: string): Promise<void> {
    await this.page.keyboard.down(modifier);
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.page.keyboard.up(modifier);
  }

  /** The shell's own process id, which tells one shell from another. */
  async shellPid(): Promise<string> {
    const mark = `pid${Math.random().toString(36).slice(2, 8)}`;
    await this.run(`printf '%s=%s.\\n' ${mark} $$`);
    return (await this.shows(new RegExp(`${mark}=(\\d+)\\.`)))[1] ?? "";
  }
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Of `rgb(…)`, by WCAG 2. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const c = Number(part) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
