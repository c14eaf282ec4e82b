import { expect, it } from "@effect/vitest"
import { flip, picture, sendKudos, useSandbox } from "./page.ts"

const sandbox = useSandbox()

it("the guide's third step waits until Grace was looked at (N11)", async () => {
  const page = await sandbox.open()
  const steps = page.locator("#guide li")
  await sendKudos(page, { amount: "2.5" })
  await page.getByRole("button", { name: "Switch to Linus" }).click()
  await page.getByRole("button", { name: "Approve", exact: true }).click()
  await page.getByText("Transfer request approved").waitFor()
  await page.locator('[data-person="grace"] .unread').waitFor()
  await page.getByText("The bot has told her").waitFor()
  expect(await steps.nth(1).getAttribute("class")).toBe("done")
  expect(await steps.nth(2).getAttribute("class")).toBe("next")
  await picture(page, "40-guide-step-3")
  await page.reload()
  await page.getByText("The bot has told her").waitFor()

  await page.getByRole("button", { name: "Switch to Grace" }).click()
  await page.getByText("Kudos Received").waitFor()
  await page.getByText("That is the whole tour.").waitFor()
  expect(await steps.nth(2).getAttribute("class")).toBe("done")
  await page.reload()
  await page.getByText("That is the whole tour.").waitFor()
})

it("the page's service indicator says what /readyz says (N12)", async () => {
  const page = await sandbox.open("radia/general")
  const chip = page.getByRole("button", { name: /^service / })
  const says = (word: string) =>
    expect.poll(() => chip.textContent(), { timeout: 40_000 }).toBe(`service ${word}`)
  await says("ready")
  await flip(page, "Mochi is down")
  await says("degraded")
  expect(await chip.getAttribute("title")).toContain("mochi: down")
  await page.locator(".panel .service").getByText("degraded").waitFor()
  await picture(page, "41-degraded")
  await flip(page, "Mochi is down")
  await says("ready")
  await flip(page, "Gateway cut")
  await says("unavailable")
  expect(await chip.getAttribute("title")).toMatch(/discord: (down|starting)/)
  await picture(page, "42-unavailable")
  await flip(page, "Gateway cut")
  await says("ready")
}, 180_000)
