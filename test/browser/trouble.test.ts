import { afterEach, expect, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { become, created, flip, lastMessage, picture, sendKudos, useSandbox } from "./page.ts"

const sandbox = useSandbox()

/** Ada's page, with the switch on; it is switched off again after the test. */
let troubled: Page | undefined
const openWith = async (trouble: string, as = "ada/general") => {
  const page = await sandbox.open(as)
  troubled = page
  await flip(page, trouble)
  await page.getByRole("switch", { name: trouble, checked: true }).waitFor()
  return page
}
afterEach(async () => {
  for (const on of (await troubled?.getByRole("switch", { checked: true }).all()) ?? []) await on.click()
  await troubled?.context().close()
})

const off = (page: Page, trouble: string) => page.getByRole("switch", { name: trouble }).click()

// Before Linus's direct messages are closed, which is remembered for some minutes: his cards then take another way.
it.each(["Discord answers 429", "Discord answers 500"])(
  "%s: the card waits in the outbox, then arrives",
  async trouble => {
    const page = await openWith(trouble)
    const amount = trouble.endsWith("429") ? "8.5" : "9.5"
    await sendKudos(page, { amount })
    await created(page, amount).waitFor()
    await page.getByRole("tab", { name: "Delivery" }).click()
    await page
      .locator(".card", { hasText: "approval card" })
      .first()
      .getByText("pending", { exact: true })
      .waitFor()
    await picture(page, `23-${trouble.replaceAll(" ", "-").toLowerCase()}`)
    await page.getByRole("tab", { name: "Trouble" }).click()
    await off(page, trouble)
    await become(page, "linus")
    await page.locator('[data-channel="dm"]').click()
    await page.locator(".message", { hasText: `${amount} USDC` }).waitFor({ timeout: 30_000 })
  }
)

it("Mochi is slow: suggestions come after a spinner, and kudos still go out", async () => {
  const page = await openWith("Mochi is slow")
  await page.getByRole("combobox", { name: "Message" }).fill("/kudos")
  await page.keyboard.press("Enter")
  await page.getByText("Loading options…").waitFor()
  await page.locator("#offer [role=option]", { hasText: "DAO App" }).waitFor()
  await page.keyboard.press("Escape")
  await page.keyboard.press("Escape")
  await sendKudos(page, { amount: "1" })
  await lastMessage(page).getByText("Mochi is thinking…").waitFor()
  await picture(page, "20-slow")
  await created(page, "1").waitFor()
})

it("Mochi is down: the answer says so and names a trace", async () => {
  const page = await sandbox.open()
  troubled = page
  await sendKudos(page, { amount: "1.5" })
  await created(page, "1.5").waitFor()
  await flip(page, "Mochi is down")
  await page.getByRole("combobox", { name: "Message" }).fill("/kudos")
  await page.keyboard.press("Enter")
  for (const [option, value] of [
    ["application", "123"],
    ["vault", "70011"],
    ["token", "1"],
    ["amount", "1"]
  ] as const)
    await page.getByLabel(option, { exact: true }).fill(value)
  await page.getByLabel("recipient", { exact: true }).fill("gra")
  await page.keyboard.press("Enter")
  await page.getByRole("button", { name: "Send", exact: true }).click()
  await lastMessage(page).getByText("Mochi is not responding").waitFor()
  expect(await lastMessage(page).textContent()).toMatch(/Reference [0-9a-f]{32}/)
  await picture(page, "21-down")

  await become(page, "linus")
  await page.locator('[data-channel="dm"]').click()
  await page.getByRole("button", { name: "Approve", exact: true }).last().click()
  await page.getByText("Transfer request is not available at the moment").waitFor()
  await off(page, "Mochi is down")
  await page.getByRole("button", { name: "Approve", exact: true }).last().click()
  await page.getByText("Transfer request approved").waitFor()
})

it("Mochi hangs: suggestions end empty in time", async () => {
  const page = await openWith("Mochi hangs", "linus/thanks")
  await page.getByRole("combobox", { name: "Message" }).fill("/kudos")
  await page.keyboard.press("Enter")
  await page.getByText("Loading options…").waitFor()
  await page.getByText("No options match your search.").waitFor({ timeout: 4000 })
})

it("Mochi's answer gets lost: the request exists once, and Ada learns that it was created", async () => {
  const page = await openWith("Mochi's answer gets lost")
  await sendKudos(page, { amount: "3.25" })
  await created(page, "3.25").waitFor()
  await page.getByRole("tab", { name: "Mochi" }).click()
  expect(await page.locator(".card", { hasText: "3.25 USDC" }).count()).toBe(1)
  await page.getByRole("tab", { name: "Trouble" }).click()
})

it("webhooks come twice and late: everybody hears of it once", async () => {
  const page = await openWith("Webhooks arrive twice and out of order")
  await sendKudos(page, { amount: "4.75" })
  await become(page, "linus")
  await page.locator('[data-channel="dm"]').click()
  const card = page.locator(".message", { hasText: "4.75 USDC" })
  await card.getByRole("button", { name: "Approve", exact: true }).click()
  await card.getByText("Transfer request approved").waitFor()
  await become(page, "grace")
  await page.locator('[data-channel="dm"]').click()
  await page.locator(".message", { hasText: "4.75 USDC" }).waitFor()
  await page.getByRole("tab", { name: "Delivery" }).click()
  // Two events, each posted twice.
  await page
    .getByText(/^\{"status":"(accepted|duplicate)"/)
    .nth(3)
    .waitFor()
  expect(await page.locator(".message", { hasText: "4.75 USDC" }).count()).toBe(1)
  await page.getByRole("tab", { name: "Trouble" }).click()
})

it("Linus closes his DMs: the channel tells him without any detail, and he alone can view the card", async () => {
  const page = await openWith("Linus closes his DMs")
  await sendKudos(page, { amount: "7.125" })
  const pointer = page.locator(".message", { hasText: "Your direct messages are closed" })
  await pointer.waitFor()
  expect(await pointer.textContent()).not.toContain("7.125")
  await become(page, "linus")
  await pointer.getByRole("button", { name: "View" }).click()
  await lastMessage(page).getByText("Vault Transfer Request").waitFor()
  await lastMessage(page).getByText("Only you can see this").waitFor()
  await picture(page, "22-closed-dms")
  await lastMessage(page).getByRole("button", { name: "Approve", exact: true }).click()
  await page.getByText("Transfer request approved").waitFor()
})

it("nobody can be told: the card becomes a dead letter with its reason, and is sent again on demand", async () => {
  const page = await openWith("Linus closes his DMs", "radia/general")
  await page.getByRole("switch", { name: "The bot may not write in #general" }).click()
  const ada = await sandbox.open()
  await sendKudos(ada, { amount: "0.125" })
  await page.getByRole("tab", { name: "Delivery" }).click()
  const dead = page.locator(".card", { has: page.getByText("dead", { exact: true }) })
  await dead.getByText("approval card → owner").waitFor()
  expect(await dead.locator(".why").textContent()).not.toBe("")
  await picture(page, "25-dead-letter")
  await page.getByRole("tab", { name: "Trouble" }).click()
  await off(page, "Linus closes his DMs")
  await off(page, "The bot may not write in #general")
  await page.getByRole("tab", { name: "Delivery" }).click()
  await page.getByRole("button", { name: "Send 1 dead letter again" }).click()
  await expect.poll(() => dead.count(), { timeout: 20_000 }).toBe(0)
  await become(page, "linus")
  await page.locator('[data-channel="general"]').click()
  // His DMs were known to be closed, so that it comes by way of the channel.
  await page.getByRole("button", { name: "View" }).last().click()
  await page.locator(".message", { hasText: "0.125 USDC" }).getByText("Vault Transfer Request").waitFor()
  await page.getByRole("tab", { name: "Trouble" }).click()
})

it("the gateway is cut: a command fails as in Discord, and works again after the resume", async () => {
  const page = await openWith("Gateway cut", "radia/thanks")
  const run = async () => {
    await page.getByRole("combobox", { name: "Message" }).fill("/privacy notifications on")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Send", exact: true }).click()
  }
  await run()
  await page.getByText("The application did not respond").waitFor()
  await picture(page, "24-gateway")
  await off(page, "Gateway cut")
  await page.getByRole("tab", { name: "Activity" }).click()
  await page
    .getByText(/gateway: (session resumed|a new session)/)
    .first()
    .waitFor({ timeout: 30_000 })
  await run()
  await page.locator(".message:has(.embed), .message:has(.content)").first().waitFor()
})
