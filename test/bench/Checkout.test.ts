import { expect, it } from "vitest"
import { existsSync } from "node:fs"
import { here, nodeArguments, startArguments } from "../../bench/Checkout.ts"

it("a service that is measured gets the options of `npm start`, wherever it is checked out", () => {
  const start = "exec node $npm_package_config_node --import=./a.mjs --require ./b.cjs src/main.ts"
  expect(nodeArguments({ scripts: { start }, config: { node: "--one=1 --two" } }, "/there/")).toEqual([
    "--one=1",
    "--two",
    "--import=/there/a.mjs",
    "--require",
    "/there/b.cjs",
    "/there/src/main.ts"
  ])
})

it("the files that `npm start` names are found from any folder", () => {
  const files = startArguments(here).filter(word => /\.(ts|cjs|mjs)$/.test(word))
  expect(files.length).toBeGreaterThan(0)
  expect(files.filter(file => !existsSync(file) || !file.startsWith("/"))).toEqual([])
})
