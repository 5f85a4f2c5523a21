import { existsSync } from "node:fs";

/** Program of Chromium; undefined if there is none. */
export const CHROMIUM =
  process.env.TAPCTL_CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) =>
    existsSync(file),
  );

/** Why tests in a browser are skipped; false if they are not. */
export const NO_CHROMIUM =
  CHROMIUM === undefined
    ? "no Chromium: install Debian's chromium, or name one in TAPCTL_CHROMIUM"
    : false;
