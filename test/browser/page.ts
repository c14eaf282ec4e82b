import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { chromium } from "playwright-core"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll, expect } from "vitest"
import { chromiumBin, pictures } from "./chromium.ts"

const main = fileURLToPath(new URL("../../sandbox/main.ts", import.meta.url))

export const desktop = { viewport: { width: 1280, height: 800 } }
export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

/** A sandbox of its own for the file, started as a user starts it, and a browser. */
export const useSandbox = () => {
  let browser: Browser
  let sandbox: ChildProcess
  let url = ""
  const faults: Array<string> = []

  beforeAll(async () => {
    sandbox = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
      env: { ...process.env, SANDBOX_PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"]
    })
    url = await addressOf(sandbox)
    // Root, as in most containers, has no sandbox of Chromium's own.
    const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : []
    browser = await chromium.launch({ executablePath: chromiumBin, args: asRoot })
  })
  afterAll(async () => {
    await browser?.close()
    const gone = once(sandbox, "exit")
    sandbox.kill("SIGINT")
    const [code] = await gone
    expect({ code, faults }).toEqual({ code: 0, faults: [] })
  })

  return {
    /** A page of its own, as this person: what goes wrong in its scripts fails the file. */
    open: async (as = "ada/general", options: BrowserContextOptions = {}): Promise<Page> => {
      const context = await browser.newContext({ colorScheme: "dark", ...desktop, ...options })
      context.setDefaultTimeout(15_000)
      const page = await context.newPage()
      page.on("pageerror", error => faults.push(error.message))
      await page.goto(`${url}/#${as}`)
      await page.locator(".message, .welcome").first().waitFor()
      return page
    },
    address: () => url
  }
}

export const picture = (page: Page, name: string) => page.screenshot({ path: `${pictures}/${name}.png` })

export interface Kudos {
  readonly application?: string
  readonly vault?: string
  readonly token?: string
  readonly amount?: string
  readonly recipient?: string
  readonly reason?: string
}

/** Types the whole command as people do: a few letters, then Enter for what is suggested first. */
export const sendKudos = async (page: Page, kudos: Kudos = {}) => {
  const {
    amount = "10.5",
    application = "dao",
    reason,
    recipient = "gra",
    token = "usd",
    vault = "comm"
  } = kudos
  await page.getByRole("combobox", { name: "Message" }).fill("/kudos")
  await page.keyboard.press("Enter")
  await pick(page, "application", application)
  await pick(page, "vault", vault)
  await pick(page, "token", token)
  await page.getByLabel("amount", { exact: true }).fill(amount)
  await pick(page, "recipient", recipient)
  if (reason !== undefined) {
    await page.getByRole("button", { name: "+ reason" }).click()
    await page.getByLabel("reason", { exact: true }).fill(reason)
  }
  await page.getByRole("button", { name: "Send", exact: true }).click()
}

/** The requester's answer about this amount. */
export const created = (page: Page, amount: string) =>
  page
    .locator(".message")
    .filter({ hasText: "Kudos Request Created" })
    .filter({ has: page.getByText(`${amount} USDC`, { exact: true }) })

export const pick = async (page: Page, option: string, typed: string) => {
  const input = page.getByLabel(option, { exact: true })
  await input.fill(typed)
  await page
    .locator("#offer [role=option]", { hasText: new RegExp(typed, "i") })
    .first()
    .waitFor()
  await input.press("Enter")
}

export const become = (page: Page, person: string) => page.locator(`[data-person="${person}"]`).click()

export const lastMessage = (page: Page) => page.locator(".message").last()

export const flip = async (page: Page, title: string) => {
  await page.getByRole("tab", { name: "Trouble" }).click()
  await page.getByRole("switch", { name: title }).click()
}

const addressOf = (sandbox: ChildProcess) =>
  new Promise<string>((resolve, reject) => {
    let printed = ""
    sandbox.stdout?.on("data", chunk => {
      printed += chunk
      const [address] = /http:\/\/[\d.:]+/.exec(printed) ?? []
      if (address !== undefined) resolve(address)
    })
    sandbox.once("exit", code => reject(new Error(`the sandbox ended with ${code}: ${printed}`)))
  })
