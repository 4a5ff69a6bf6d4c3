// The screen of a demo machine, with a window manager, a terminal and a clock on it.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "@playwright/test";
import { XScreen } from "./x-screen.ts";

/** The VNC server of a demo machine is a process of this computer. */
export class Screen extends XScreen {
  private constructor(
    display: string,
    /** Where the machine's build works. */
    readonly buildDir: string,
  ) {
    super(display);
  }

  /** The one of a build's machine. */
  static async of(build: string): Promise<Screen> {
    for (const pid of await readdir("/proc")) {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
      const file = words[words.indexOf("-PasswordFile") + 1] ?? "";
      const display = words[1] ?? "";
      if (words[0] === "Xtigervnc" && file.endsWith(`/${build}/desktop/password`)) {
        return new Screen(display, path.join(file, "../../clone"));
      }
    }
    throw new Error(`build ${build} has no screen`);
  }

  /** Waits until the window with this title has the keyboard: a window manager gives it a moment after a click. */
  async hasKeyboard(title: string, timeout = 15_000): Promise<void> {
    const active = async () => {
      const id = (await this.run("xprop", "-root", "_NET_ACTIVE_WINDOW")).match(/0x[0-9a-f]+/)?.[0] ?? "0x0";
      return this.run("xprop", "-id", id, "WM_NAME").catch(() => "");
    };
    await expect.poll(active, { message: `${title} has the keyboard`, timeout }).toContain(`"${title}"`);
  }

  /** Waits until the shell in the window has written its prompt: what is typed before may be lost. */
  async prompt(): Promise<void> {
    const isThere = async () => {
      const pixels = await this.pixels();
      // The first line of the terminal's window.
      for (let x = 44; x < 300; x += 1) if ((pixels[(92 * 1280 + x) * 3] ?? 255) < 64) return true;
      return false;
    };
    await expect.poll(isThere, { message: "a prompt in the machine's terminal" }).toBe(true);
  }
}
