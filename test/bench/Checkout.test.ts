import { expect, it } from "vitest"
import { fileURLToPath } from "node:url"
import { here, startArguments } from "../../bench/Checkout.ts"

it("the bench starts a service with the options of `npm start`, wherever it is checked out", () => {
  const words = startArguments(here)
  expect(words.at(-1)).toBe(fileURLToPath(new URL("src/main.ts", here)))
  expect(words).toContain(fileURLToPath(new URL("src/launch.cjs", here)))
  expect(words.join(" ")).not.toMatch(/(^|[ =])(\.\/|src\/)/)
})
