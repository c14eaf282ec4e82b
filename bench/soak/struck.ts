import { Effect } from "effect"
import type { WebhookAttempt } from "../../sandbox/mochi/Webhooks.ts"
import type { World } from "./world.ts"

/** That the troubles were there: how often which of them struck. */
export const struck = ({ discord, mochi }: World): Effect.Effect<Readonly<Record<string, number>>> =>
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

/** A `pending` that was first posted after the end of its request. */
const overtakenIn = (webhooks: ReadonlyArray<WebhookAttempt>): number => {
  const ended = new Set<string | undefined>()
  let overtaken = 0
  for (const { body, code } of firstTries(webhooks)) {
    const isPending = /"status":"pending"/.test(body)
    if (isPending && ended.has(code)) overtaken += 1
    if (!isPending) ended.add(code)
  }
  return overtaken
}
