// @ts-check
// Draws what the bench of desktops shows, with the browser's own fonts: node scenery.mjs DIRECTORY
// A page with text and photographs, an editor with and without what is typed into it, and a photograph.
// The same pictures each time on the same system.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { chromium } from "@playwright/test";

const directory = process.argv[2];
if (directory === undefined) throw new Error("where to?");
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  const page = await browser.newPage();
  for (const name of ["photograph", "page", "editor", "typed"]) {
    const url = await page.evaluate(draw, name);
    const png = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
    await writeFile(path.join(directory, `${name}.png`), png);
  }
} finally {
  await browser.close();
}

/** Runs in the page. @param {string} name @returns {string} a PNG picture as a data URL */
function draw(name) {
  let seed = 1;
  /** The same numbers each time, from 0 to 1. */
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const words = (
    "the build of a branch that nobody has looked at for weeks fails on one machine and passes on another because " +
    "caches differ in what they keep whenever a release brings new compilers people open desktops to see windows"
  ).split(" ");
  const word = () => words[Math.floor(random() * words.length)] ?? "";

  /** @param {number} width @param {number} height @returns {[HTMLCanvasElement, CanvasRenderingContext2D]} */
  const canvasOf = (width, height) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no canvas");
    return [canvas, context];
  };

  /** Soft shapes, hard edges and a sensor's noise, as photographs have. @param {number} width @param {number} height */
  const photograph = (width, height) => {
    const [canvas, context] = canvasOf(width, height);
    const sky = context.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, `hsl(${190 + random() * 40} 60% 45%)`);
    sky.addColorStop(1, `hsl(${20 + random() * 40} 60% 75%)`);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    for (let ridge = 0; ridge < 5; ridge += 1) {
      const base = height * (0.35 + ridge * 0.13);
      context.fillStyle = `hsl(${100 + random() * 80} 30% ${50 - ridge * 9}%)`;
      context.beginPath();
      context.moveTo(0, height);
      let y = base;
      for (let x = 0; x <= width; x += 4) {
        y += (random() - 0.5) * 9 + (base - y) * 0.02;
        context.lineTo(x, y);
      }
      context.lineTo(width, height);
      context.fill();
    }
    // Light and shade of several sizes, each from few values, and noise over all.
    const image = context.getImageData(0, 0, width, height);
    const layers = [128, 32, 8].map((step) => {
      const columns = Math.ceil(width / step) + 2;
      const values = Array.from({ length: columns * (Math.ceil(height / step) + 2) }, () => random() - 0.5);
      return { step, columns, values };
    });
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        let light = (random() + random() - 1) * 5;
        for (const { step, columns, values } of layers) {
          const [column, row] = [Math.floor(x / step), Math.floor(y / step)];
          const [right, down] = [(x % step) / step, (y % step) / step];
          const at = row * columns + column;
          const above = (values[at] ?? 0) * (1 - right) + (values[at + 1] ?? 0) * right;
          const below = (values[at + columns] ?? 0) * (1 - right) + (values[at + columns + 1] ?? 0) * right;
          light += (above * (1 - down) + below * down) * (8 + step / 2);
        }
        const pixel = (y * width + x) * 4;
        for (let part = 0; part < 3; part += 1) image.data[pixel + part] = (image.data[pixel + part] ?? 0) + light;
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  };

  /** Articles under a bar that does not scroll. */
  const page = () => {
    const [canvas, context] = canvasOf(1920, 8000);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, 1920, 8000);
    context.fillStyle = "#e8eaed";
    context.fillRect(0, 0, 1920, 72);
    context.fillStyle = "#202124";
    context.font = "15px DejaVu Sans";
    context.fillText("‹   ›   ⟳      https://ci.example.org/builds/4711/report", 24, 46);
    let y = 130;
    while (y < 7900) {
      context.fillStyle = "#1a3c6e";
      context.font = "bold 30px DejaVu Sans";
      context.fillText(Array.from({ length: 7 }, word).join(" "), 320, y);
      y += 46;
      context.fillStyle = "#222";
      context.font = "17px DejaVu Serif";
      for (let line = 0; line < 9 + Math.floor(random() * 8); line += 1) {
        let text = "";
        while (context.measureText(text).width < 1180) text += `${word()} `;
        context.fillText(text, 320, y);
        y += 28;
      }
      context.fillStyle = "#f1f3f4";
      context.fillRect(1580, y - 260, 280, 220);
      context.fillStyle = "#1a73e8";
      for (let line = 0; line < 7; line += 1) context.fillText(`${word()} ${word()}`, 1600, y - 230 + line * 28);
      if (random() < 0.6) {
        context.drawImage(photograph(800, 450), 420, y);
        y += 500;
      } else y += 40;
    }
    return canvas;
  };

  /** An editor of cells of 10 by 20 pixels; `typed`: with the text that is to come. @param {boolean} typed */
  const editor = (typed) => {
    const [canvas, context] = canvasOf(1920, 1072);
    context.fillStyle = "#1e1f22";
    context.fillRect(0, 0, 1920, 1072);
    context.fillStyle = "#2b2d30";
    context.fillRect(0, 0, 260, 1072);
    context.fillRect(0, 0, 1920, 40);
    context.font = "14px DejaVu Sans";
    context.fillStyle = "#bcbec4";
    context.fillText("File   Edit   View   Navigate   Code   Run   Tools   Help", 16, 26);
    for (let row = 0; row < 44; row += 1) {
      context.fillText(`${row % 5 === 0 ? "▾ " : "    "}${word()}_${word()}.rs`, 16 + (row % 3) * 14, 70 + row * 22);
    }
    context.font = "16px DejaVu Sans Mono";
    const colours = ["#bcbec4", "#cf8e6d", "#6aab73", "#56a8f5", "#c77dbb"];
    /** @param {string} text @param {number} column @param {number} row */
    const write = (text, column, row) => {
      for (const [at, letter] of [...text].entries()) {
        context.fillText(letter, 330 + (column + at) * 10, 60 + row * 20);
      }
    };
    for (let row = 0; row < 50; row += 1) {
      context.fillStyle = "#4b5059";
      write(String(row + 100), -5, row);
      // Rows 20 to 29 are where the text goes.
      const isTyped = row >= 20 && row < 30;
      let column = isTyped ? 0 : (row % 4) * 4;
      const end = isTyped ? 100 : 20 + Math.floor(random() * 80);
      while (column < end) {
        const text = word();
        context.fillStyle = colours[Math.floor(random() * colours.length)] ?? "#bcbec4";
        if (!isTyped || typed) write(text, column, row);
        column += text.length + 1;
      }
    }
    return canvas;
  };

  const drawn = {
    photograph: () => photograph(2240, 1280),
    page,
    editor: () => editor(false),
    typed: () => editor(true),
  };
  return drawn[/** @type {keyof typeof drawn} */ (name)]().toDataURL("image/png");
}
