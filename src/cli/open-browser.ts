import { spawn } from "node:child_process";

/** Opens an address in the browser if there is a display. */
export function openBrowser(url: string): void {
  const { platform, env } = process;
  const opener =
    platform === "darwin"
      ? "open"
      : platform === "win32"
        ? "explorer"
        : env.DISPLAY || env.WAYLAND_DISPLAY
          ? "xdg-open"
          : undefined;
  if (opener === undefined) return;
  const child = spawn(opener, [url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
