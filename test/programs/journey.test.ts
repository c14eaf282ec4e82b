import { expect, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import { ada, byProfile, facts, linus } from "../services/cast.ts"
import { inMemory, settled } from "../services/inMemory.ts"
import { interactionId, key } from "../services/mochiWorld.ts"
import { kudos, pressed, sentBy } from "./discord/interactions.ts"

it.scoped("from /kudos to a failure after the approval, everybody sees what is true, once", () =>
  Effect.gen(function* () {
    const { audited, discord, happened, mochi, notified, process, used, webhook } = yield* inMemory
    yield* process.deliversJobs
    const reported = {
      interactionId: Option.some(interactionId),
      facts: Option.some({ ...facts, amount: "10" })
    }
    const since = () => happened.splice(0)

    yield* process.send(kudos)
    expect(since()).toEqual(["acknowledge: Thinking", "Mochi: create", "answer: Kudos Request Created"])
    yield* webhook("pending", reported)
    yield* settled
    expect(since()).toEqual(["open Linus's DM", "post Linus's DM: ApprovalCard pending"])

    yield* TestClock.adjust("5 minutes")
    yield* process.send(sentBy(linus, pressed("approve-ABC-123"), "7"))
    yield* TestClock.adjust("10 seconds")
    const decided = since()
    expect(decided.slice(0, 2)).toEqual(["acknowledge: Unchanged", "Mochi: approved"])
    expect(decided).toContain("answer: Transfer request approved")
    expect(discord.answers.get("secret-token")).toBe("KudosAnswer approved")
    expect(discord.showsIn("Ada's DM")).toEqual(["StatusChanged approved"])
    expect(discord.showsIn("Grace's DM")).toEqual(["KudosReceived approved"])
    // The click drew the card: nobody edits it once more.
    expect(decided.filter(line => line.includes("Linus's DM"))).toEqual([])

    yield* webhook("approved", { ...reported, by: byProfile(linus) })
    yield* TestClock.adjust("10 seconds")
    expect(since()).toEqual([])

    yield* TestClock.adjust("20 minutes")
    mochi.requests.set(key.code, { status: "failed", interactionId: Option.some(interactionId) })
    yield* webhook("failed", reported)
    yield* TestClock.adjust("10 seconds")
    expect(discord.showsIn("Linus's DM")).toEqual(["ApprovalCard failed"])
    expect(discord.showsIn("Ada's DM")).toEqual([
      "StatusChanged approved, now failed",
      "StatusChanged failed"
    ])
    expect(discord.showsIn("Grace's DM")).toEqual(["KudosReceived failed"])
    // Its token has died by then.
    expect(discord.answers.get("secret-token")).toBe("KudosAnswer approved")

    expect(yield* notified).toEqual([
      "owner pending: delivered",
      "owner approved: delivered",
      "requester approved: delivered",
      "recipient approved: delivered",
      "owner failed: delivered",
      "requester failed: delivered",
      "recipient failed: delivered"
    ])
    expect((yield* audited).toSorted()).toEqual([
      `${linus} approve success`,
      `${linus} mochi_approve done`,
      `${ada} kudos success`,
      `${ada} mochi_create success`,
      ...Array(3).fill("bot deliver delivered: approval_card"),
      ...Array(2).fill("bot deliver delivered: kudos_received"),
      ...Array(2).fill("bot deliver delivered: status_changed"),
      ...Array(3).fill("mochi webhook accepted")
    ])
    expect(yield* used).toEqual({ kudos: 1, approve: 1 })
  })
)
