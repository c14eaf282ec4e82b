import { expect, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { become, created, lastMessage, picture, sendKudos, useSandbox } from "./page.ts"

const sandbox = useSandbox()

const markup = `<img src=x onerror="window.hacked=1"> <script>window.hacked=1</script> **bold** @everyone <@1> [x](javascript:window.hacked=1)`

const hacked = (page: Page) => page.evaluate(() => "hacked" in window)

it("markup in a reason is shown as it was typed, to everybody, and never runs", async () => {
  const page = await sandbox.open()
  await sendKudos(page, { amount: "1.25", reason: markup })
  await created(page, "1.25").waitFor()
  expect(await lastMessage(page).locator(".embed").textContent()).toContain(markup)
  await page.locator(".card", { hasText: "1.25 USDC" }).getByText(markup).waitFor()
  await become(page, "linus")
  await page.locator('[data-channel="dm"]').click()
  await page.locator(".message", { hasText: "1.25 USDC" }).waitFor()
  expect(await lastMessage(page).locator(".embed").textContent()).toContain(markup)
  expect(await lastMessage(page).locator(".embed strong, .embed a, .embed img").allTextContents()).toEqual([
    "1.25 USDC"
  ])
  await picture(page, "30-markup")
  expect(await hacked(page)).toBe(false)
})

it("markup and 2,000 characters in a message are shown as text", async () => {
  const page = await sandbox.open("mallory/thanks")
  const composer = page.getByRole("combobox", { name: "Message" })
  for (const text of [markup, "x".repeat(2000), "👩‍👩‍👧‍👦 ‮olleh", "line\nline"]) {
    await composer.fill(text)
    await page.keyboard.press("Enter")
    await expect.poll(() => composer.inputValue()).toBe("")
  }
  await expect.poll(() => page.locator(".message").count()).toBe(4)
  expect(await page.locator(".content img, .content script, .content a").count()).toBe(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280)
  expect(await hacked(page)).toBe(false)
})

it("odd values in every option of a command end in an answer, not in a broken page", async () => {
  const page = await sandbox.open()
  for (const typed of ["../..", "a/b?c#d", "‮💥", "'; drop table"]) {
    const before = await page.locator(".message").count()
    await page.getByRole("combobox", { name: "Message" }).fill("/kudos")
    await page.keyboard.press("Enter")
    for (const option of ["application", "vault", "token", "amount"])
      await page.getByLabel(option, { exact: true }).fill(typed)
    await page.getByLabel("recipient", { exact: true }).fill(typed)
    await page.getByRole("button", { name: "Send", exact: true }).click()
    await page.getByText("Pick one from the list.").waitFor()
    await page.getByLabel("recipient", { exact: true }).fill("grace")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Send", exact: true }).click()
    await expect.poll(() => page.locator(".message").count()).toBe(before + 1)
    await lastMessage(page).getByText("Please enter a valid positive number").waitFor()
  }
})

it("two tabs are two persons, each seeing at once what the other does", async () => {
  const ada = await sandbox.open("ada/general")
  const linus = await sandbox.open("linus/dm")
  await sendKudos(ada, { amount: "2.5" })
  const card = linus.locator(".message", { hasText: "2.5 USDC" })
  await card.getByRole("button", { name: "Reject" }).click()
  await card.getByText("Transfer request rejected").waitFor()
  await lastMessage(ada).getByText("rejected").waitFor()
  expect(await linus.locator('[data-channel="general"]').textContent()).not.toContain("Kudos")
})

it("what is for Ada alone is on nobody else's page", async () => {
  const grace = await sandbox.open("grace/general")
  await grace.getByText("That was a lot of work.").waitFor()
  expect(await grace.getByText("Kudos Request Created").count()).toBe(0)
})

it("a reload keeps person, place and messages, also while a command is filled in", async () => {
  const page = await sandbox.open("ada/general")
  const messages = await page.locator(".message").count()
  await page.getByRole("combobox", { name: "Message" }).fill("/kudos")
  await page.keyboard.press("Enter")
  await page.locator("#offer [role=option]").first().waitFor()
  await page.reload()
  await expect.poll(() => page.locator(".message").count()).toBe(messages)
  expect(await page.locator('[data-person="ada"][aria-current]').count()).toBe(1)
})

it("an address that names nobody leads to somebody", async () => {
  const page = await sandbox.open("nobody/nowhere")
  await page.locator('[data-person="ada"][aria-current]').waitFor()
})

it("the service is killed and started under the page: it says so, and what was under way is delivered", async () => {
  const page = await sandbox.open("linus/dm")
  await sendKudos(await sandbox.open(), { amount: "6.5" })
  const card = page.locator(".message", { hasText: "6.5 USDC" })
  await card.getByRole("button", { name: "Approve", exact: true }).waitFor()
  await page.getByRole("tab", { name: "Trouble" }).click()
  await page.getByRole("button", { name: "Kill" }).click()
  await page.getByText("The service is not running, so the bot cannot answer.").waitFor()
  await picture(page, "31-killed")

  await page.getByRole("tab", { name: "Mochi" }).click()
  await page.locator(".card", { hasText: "6.5 USDC" }).getByRole("button", { name: "approve" }).click()
  await card.getByRole("button", { name: "Approve", exact: true }).click()
  await card.getByText("This interaction failed").waitFor()

  await page.getByRole("button", { name: "Start it" }).click()
  await card.getByText("Transfer request approved").waitFor({ timeout: 40_000 })
  await become(page, "grace")
  await page.locator('[data-channel="dm"]').click()
  await page.locator(".message", { hasText: "6.5 USDC" }).waitFor()
  await picture(page, "32-restarted")
})
