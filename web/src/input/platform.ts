/** The kind of machine this browser runs on; it decides what a keyboard leaves out or makes up. */
export type Platform = "mac" | "windows" | "linux" | "ios" | "android";

/** The part of `navigator` that says so. */
export interface Facts {
  platform: string;
  maxTouchPoints: number;
  userAgent: string;
  userAgentData?: { platform: string };
}

export function clientPlatform(facts: Facts = navigator): Platform {
  const name = facts.userAgentData?.platform || facts.platform;
  // Firefox calls the platform of Android what the kernel is called.
  if (name === "Android" || /\bAndroid\b/.test(facts.userAgent)) return "android";
  if (/^(iOS|iPhone|iPad|iPod)/.test(name)) return "ios";
  // An iPad says that it is a Mac, but no Mac has a touch screen.
  if (/^mac/i.test(name)) return facts.maxTouchPoints > 1 ? "ios" : "mac";
  return /^win/i.test(name) ? "windows" : "linux";
}
