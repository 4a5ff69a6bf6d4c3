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

  /** The shell's own process id, which tells one shell from another. */
  async shellPid(): Promise<string> {
    const mark = `pid${Math.random().toString(36).slice(2, 8)}`;
    await this.run(`printf '%s=%s.\\n' ${mark} $$`);
    return (await this.shows(new RegExp(`${mark}=(\\d+)\\.`)))[1] ?? "";
  }
}
