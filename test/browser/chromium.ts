import { existsSync, mkdirSync } from "node:fs"

export const chromiumBin = process.env["CHROMIUM_BIN"] ?? "/usr/bin/chromium"

/** Where the pictures go that are there for people to look at. */
export const pictures = "test-results"

/** Without a browser nothing is tested, and that must not look like success. */
export default (): void => {
  if (!existsSync(chromiumBin))
    throw new Error(
      `There is no Chromium at ${chromiumBin}. Install it (Debian and Ubuntu: apt-get install chromium), or name another one in CHROMIUM_BIN.`
    )
  mkdirSync(pictures, { recursive: true })
}
