import { expect, it } from "@effect/vitest"
import { Option } from "effect"
import { DiscordApiError, DiscordUnreachable } from "../../../src/adapters/discord/RestErrors.ts"
import { mayRetry, planFor, plans } from "../../../src/adapters/discord/RestPlan.ts"
import { hasInteractionToken, routeTemplate } from "../../../src/adapters/discord/restRoute.ts"

const id = "123456789012345678"
const token = "aW50ZXJhY3Rpb24"
const none = Option.none<string>()

it("a route shows neither ids nor tokens", () => {
  for (const [path, route] of [
    [`/channels/${id}/messages/${id}`, "/channels/{id}/messages/{id}"],
    [`/interactions/${id}/${token}/callback?with_response=true`, "/interactions/{id}/{token}/callback"],
    [`/webhooks/${id}/${token}`, "/webhooks/{id}/{token}"],
    [`/webhooks/${id}/callback`, "/webhooks/{id}/{token}"],
    [`/webhooks/${id}/${token}/messages/@original`, "/webhooks/{id}/{token}/messages/@original"],
    [
      `/channels/${id}/messages/${id}/reactions/%F0%9F%91%8D/@me`,
      "/channels/{id}/messages/{id}/reactions/{value}/@me"
    ],
    ["/applications/@me", "/applications/@me"]
  ] as const) {
    expect(routeTemplate(path)).toBe(route)
  }
})

it("what carries an interaction's token stays off the bot's own limits", () => {
  expect(hasInteractionToken(`/interactions/${id}/${token}/callback`)).toBe(true)
  expect(hasInteractionToken(`/webhooks/${id}/${token}`)).toBe(true)
  expect(hasInteractionToken(`/webhooks/${id}/${token}/messages/@original`)).toBe(true)
  expect(hasInteractionToken(`/webhooks/${id}`)).toBe(false)
  expect(hasInteractionToken(`/channels/${id}/messages`)).toBe(false)
})

it("only what may happen twice is repeatable", () => {
  const repeatable = (method: string, path: string, body = none) => planFor(method, path, body).repeatable
  expect(repeatable("GET", "/gateway/bot")).toBe(true)
  expect(repeatable("PATCH", `/channels/${id}/messages/${id}`)).toBe(true)
  expect(repeatable("POST", "/users/@me/channels", Option.some("{}"))).toBe(true)
  const send = `/channels/${id}/messages`
  expect(repeatable("POST", send, Option.some('{"nonce":"a","enforce_nonce":true}'))).toBe(true)
  expect(repeatable("POST", send, Option.some('{"nonce":"a"}'))).toBe(false)
  expect(repeatable("POST", send, Option.some('{"nonce":"","enforce_nonce":true}'))).toBe(false)
  expect(repeatable("POST", send, Option.some('{"enforce_nonce":true}'))).toBe(false)
  expect(plans.acknowledge.repeatable).toBe(true)
  expect(plans.followUp.repeatable).toBe(false)
})

it("a request that never left is sent again, one that was answered with a refusal is not", () => {
  const send = planFor("POST", `/channels/${id}/messages`, none)
  const edit = planFor("PATCH", `/channels/${id}/messages/${id}`, none)
  const lost = (maybeSent: boolean) =>
    new DiscordUnreachable({ reason: "connection", method: "POST", route: "/", maybeSent })
  const answered = (status: number) => new DiscordApiError({ code: 0, status, method: "POST", route: "/" })
  expect(mayRetry(send, lost(false))).toBe(true)
  expect(mayRetry(send, lost(true))).toBe(false)
  expect(mayRetry(send, answered(503))).toBe(false)
  expect(mayRetry(edit, lost(true))).toBe(true)
  expect(mayRetry(edit, answered(503))).toBe(true)
  for (const status of [400, 401, 403, 404, 429]) expect(mayRetry(edit, answered(status))).toBe(false)
})

it("an edit is drawn again for every try, so the transport makes one (H1)", () => {
  expect(planFor("PATCH", `/channels/${id}/messages/${id}`, none).retries).toBe(0)
  expect(plans.edit).toMatchObject({ retries: 0, waitsForLimits: false })
  expect(plans.followUp.waitsForLimits).toBe(true)
})

it("what a proxy says in Discord's place is asked again where that does no harm (C24)", () => {
  const page = (status: number) =>
    new DiscordApiError({ code: 0, status, fromDiscord: false, method: "GET", route: "/" })
  for (const status of [400, 401, 403, 404, 405]) {
    expect(mayRetry(planFor("GET", "/gateway/bot", none), page(status))).toBe(true)
    expect(mayRetry(planFor("POST", `/channels/${id}/messages`, none), page(status))).toBe(false)
  }
  expect(mayRetry(planFor("GET", "/gateway/bot", none), page(429))).toBe(false)
})
