import { Effect } from "effect"
import type { WebhookAttempt } from "../../sandbox/mochi/Webhooks.ts"
import type { World } from "./world.ts"

/** How often each trouble struck, as proof that there was trouble. */
export const countTroubles = ({ discord, mochi }: World): Effect.Effect<Readonly<Record<string, number>>> =>
  Effect.gen(function* () {
    const calls = yield* mochi.calls
    const webhooks = yield* mochi.webhooks.log
    const share = (all: ReadonlyArray<{ readonly status: number | undefined }>, status: number) =>
      all.filter(one => one.status === status).length
    const discordCalls = discord.requests.all
    return {
      "calls of Discord": discordCalls.length,
      "answered 429 there": share(discordCalls, 429),
      "answered 500 there": share(discordCalls, 500),
      "calls of Mochi": calls.length,
      "answered 429 by Mochi": share(calls, 429),
      "answered 500 by Mochi": share(calls, 500),
      "webhooks posted": webhooks.length,
      "of them without an answer": webhooks.filter(one => one.status === undefined).length,
      "events twice": twiceIn(webhooks),
      "events overtaken": overtakenIn(webhooks)
    }
  })

const firstTries = (webhooks: ReadonlyArray<WebhookAttempt>) =>
  webhooks.filter(({ attempt }) => attempt === 1)

const twiceIn = (webhooks: ReadonlyArray<WebhookAttempt>): number => {
  const events = firstTries(webhooks).map(({ body }) => body)
  return events.length - new Set(events).size
}

/** A `pending` event that Mochi first posted after the request had ended. */
const overtakenIn = (webhooks: ReadonlyArray<WebhookAttempt>): number => {
  const endedCodes = new Set<string | undefined>()
  let overtaken = 0
  for (const { body, code } of firstTries(webhooks)) {
    const isPending = /"status":"pending"/.test(body)
    if (isPending && endedCodes.has(code)) overtaken += 1
    if (!isPending) endedCodes.add(code)
  }
  return overtaken
}
