import { defineConfig } from "vitest/config";
import { budget } from "./build/budget.ts";
import { firstPaintScript } from "./build/first-paint.ts";
import { headLinks } from "./build/head-links.ts";
import { litCss } from "./build/lit-css.ts";

export default defineConfig({
  // The elements are loaded from other origins, so scripts find each other relative to themselves.
  base: "./",
  plugins: [
    firstPaintScript("src/ui/first-paint.js"),
    litCss(),
    headLinks({
      next: { "access.html": ["terminal.html"] },
      files: { "terminal.html": { ".woff2": "font" } },
      soon: { "terminal.html": ["addon-unicode-graphemes", "tools"] },
    }),
    budget({
      "access.html": 25,
      "terminal.html": 115,
      "desktop.html": 45,
      "share.html": 25,
      "admin.html": 25,
      "embed/v1": 110,
    }),
  ],
  experimental: {
    // One HTML file is served at addresses of several depths (`/b/1`, `/b/1/terminal/2`).
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `/${file}` : { relative: true }),
  },
  build: {
    target: "es2022",
    // Older targets would have `light-dark()` rewritten into custom properties.
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    assetsInlineLimit: 0,
    // `headLinks` writes what the pages need; lazy parts import nothing that is not there already.
    modulePreload: false,
    rolldownOptions: {
      preserveEntrySignatures: "allow-extension",
      input: {
        index: "index.html",
        access: "access.html",
        terminal: "terminal.html",
        desktop: "desktop.html",
        share: "share.html",
        admin: "admin.html",
        "embed/v1": "src/embed/v1.ts",
      },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === "embed/v1" ? "embed/v1.js" : "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
  },
});
