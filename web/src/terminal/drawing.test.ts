import { expect, it } from "vitest";
import { isGraphicsCard } from "./drawing";

it("knows a graphics card by the name that browsers give it", () => {
  for (const renderer of [
    "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)",
    "ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)",
    "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 (0x00002503) Direct3D11 vs_5_0 ps_5_0, D3D11)",
    "AMD Radeon RX 6600 (radeonsi, navi23, LLVM 15.0.6, DRM 3.49)",
    "Apple GPU",
    "Mali-G78",
    "Adreno (TM) 650",
  ]) {
    expect(isGraphicsCard(renderer), renderer).toBe(true);
  }
});

it("knows what only imitates one", () => {
  for (const renderer of [
    "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
    "Google SwiftShader",
    "llvmpipe (LLVM 15.0.6, 256 bits)",
    "ANGLE (Mesa, llvmpipe (LLVM 17.0.6 256 bits), OpenGL 4.5)",
    "ANGLE (Microsoft, Microsoft Basic Render Driver (0x0000008C) Direct3D11 vs_5_0 ps_5_0, D3D11)",
    "Apple Software Renderer",
    "Software Adapter",
    "softpipe",
    "GDI Generic",
    "",
  ]) {
    expect(isGraphicsCard(renderer), renderer).toBe(false);
  }
});
