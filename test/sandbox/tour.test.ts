import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { COMMUNITY_VAULT, USDC } from "../../sandbox/mochi/demoWorld.ts"
import * as Sandbox from "../../sandbox/Sandbox.ts"
import { tour } from "../../sandbox/tour.ts"

const main = fileURLToPath(new URL("../../sandbox/main.ts", import.meta.url))

it("the tour runs from one command, says what each person saw, and exits with 0", async () => {
  const { code, printed } = await new Promise<{ code: number | null; printed: string }>(resolve => {
    const child = execFile(process.execPath, [main, "--tour"], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, printed: stdout + stderr })
    )
  })
  expect(printed).toContain("application  dao    → DAO App")
  expect(printed).toMatch(/Ada sees, and only she:\s+┃ KUDOS REQUEST CREATED/)
  expect(printed).toContain("[ Approve ]  [ Reject ]")
  expect(printed).toMatch(/his card becomes:\s+┃ Transfer request approved/)
  expect(printed).toMatch(/Ada's answer is edited:[^[]*Status {6}approved/)
  expect(printed).toMatch(/Grace gets a direct message:\s+┃ KUDOS RECEIVED/)
  expect(printed).toContain("Everybody saw what they should have seen.")
  expect(code).toBe(0)
})

it.scopedLive("the tour names what differed, and ends all the same", () =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.make
    yield* sandbox.mochi.setBalance(COMMUNITY_VAULT, USDC.id, 1n)
    const differences = yield* tour(sandbox, () => Effect.void, 2000)
    expect(differences).toContain("Ada's answer says that the request was created")
    expect(differences.at(-1)).toContain("Linus's message “Vault Transfer Request” did not happen")
  })
)
