// Commotion on an X screen, by chance: colours, patterns, windows that come and go, text that scrolls, a photograph.
import { writeFile } from "node:fs/promises";
import type { Program } from "./program.ts";
import { placed } from "./servers.ts";
import { type XScreen, xwdLayout } from "./x-screen.ts";

const ROUNDS = 12;
/** Windows that are there at once. */
const WINDOWS = 5;

/** What came of it stays on the screen, and stands still, until the programs are stopped. */
export async function commotion(screen: XScreen): Promise<Program[]> {
  const photograph = await placed(`photograph-${screen.display.slice(1)}.xwd`);
  await writeFile(photograph, painted(await screen.dump()));
  const windows: Program[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const root = any([
      ["-solid", colour()],
      ["-mod", String(3 + below(14)), String(3 + below(14)), "-fg", colour(), "-bg", colour()],
      ["-gray"],
    ]);
    await screen.run("xsetroot", ...root);
    const place = `${80 + below(500)}x${60 + below(300)}+${below(700)}+${below(400)}`;
    const text = `seq ${below(1000)} 3000; ls -lR /usr/share/X11 | head -n ${200 + below(2000)}; exec sleep 600`;
    const [program, ...words] = any<[string, ...string[]]>([
      ["xlogo", "-geometry", place, "-bg", colour(), "-fg", colour()],
      ["xeyes", "-geometry", place, "-center", colour()],
      ["xterm", "-geometry", `${20 + below(60)}x${5 + below(20)}+${below(500)}+${below(300)}`, "-e", "sh", "-c", text],
      ["xwud", "-vis", "default", "-in", photograph, "-geometry", place],
    ]);
    windows.push(screen.start(program, ...words));
    if (windows.length > WINDOWS) await windows.shift()?.stop();
  }
  return windows;
}

/** The dump with a photograph in it: soft shapes, and the grain of a film. */
function painted(dump: Buffer): Buffer {
  const { start, width, height, line } = xwdLayout(dump);
  const [fx, fy, phase] = [20 + below(60), 20 + below(60), below(100)];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const wave = Math.sin(x / fx + phase) + Math.cos(y / fy) + Math.sin((x + y) / (fx + fy));
      for (const [channel, factor] of [37, 31, 41].entries()) {
        dump[start + y * line + x * 4 + channel] = 120 + wave * factor + below(9);
      }
    }
  }
  return dump;
}

function below(end: number): number {
  return Math.floor(Math.random() * end);
}

function any<T>(choices: readonly [T, ...T[]]): T {
  return choices[below(choices.length)] ?? choices[0];
}

function colour(): string {
  return `#${below(0x1000000).toString(16).padStart(6, "0")}`;
}
