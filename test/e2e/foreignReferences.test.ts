import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Json } from "../../sandbox/mochi/Json.ts"
import { LINUS } from "../../sandbox/people.ts"
import { cardOf, eventOf, kudosByNewcomer, makeCast, sendEvent, told } from "./cast.ts"
import { addNewcomer, sendKudos, textOf, withoutWebhooks } from "./steps.ts"
import { inDatabase, notificationsOf } from "./stored.ts"
import { RunningWorld } from "./world.ts"
import type { World } from "./world.ts"

interface StoredIntent {
  readonly state: string
  readonly request_code: string | null
  readonly amount: string
}

const intentOf = (world: World, interactionId: string) =>
  Effect.map(
    inDatabase(
      world,
      sql => sql<StoredIntent>`select state, request_code, amount from kudos_intents
        where interaction_id = ${interactionId}`
    ),
    rows => rows[0]
  )

/** The event of this request again, with another code and these fields: all else, its metadata included, is copied. */
const sendCopy = (world: World, code: string, copy: string, fields: Readonly<Record<string, Json>> = {}) =>
  sendEvent(world, code, { request_code: copy, ...fields })

/** A newcomer's kudos whose own event never comes. */
const kudosWithoutWebhook = (world: World, options: Parameters<typeof sendKudos>[1] = {}) =>
  Effect.gen(function* () {
    yield* withoutWebhooks(world)
    const { user } = yield* addNewcomer(world)
    const run = yield* sendKudos(world, options, user)
    yield* run.answered
    const { code } = (yield* world.mochi.requests).find(
      ({ requesterMetadata }) => requesterMetadata["interaction_id"] === run.interaction.id
    )!
    return { code, run, user }
  }).pipe(Effect.scoped)

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })(
  "an interaction id in a webhook",
  it => {
    it.scoped("of another request lends it neither amount nor recipient, and takes no answer (A5)", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { discord } = world
        const mallory = yield* addNewcomer(world)
        const { code, run, user } = yield* kudosByNewcomer(world)
        const before = run.original()!.versions.length
        yield* sendCopy(world, code, `${code}-99`, {
          token_amount: "99000000",
          token_amount_in_usd: "$99.00",
          user_profile_id: mallory.profileId,
          requester_profile_id: mallory.profileId
        })
        const card = textOf(yield* cardOf(world, `${code}-99`))
        expect(card).toContain("99 USDC")
        expect(card).not.toContain("10.5")
        expect(card).toContain(`<@${mallory.user.id}>`)
        expect(card).not.toContain(`<@${world.grace.id}>`)
        expect(card).not.toContain(`<@${user.id}>`)
        expect(yield* intentOf(world, run.interaction.id)).toEqual({
          state: "created",
          request_code: code,
          amount: "10.5"
        })
        // The second one's end is not the first one's.
        yield* sendCopy(world, code, `${code}-99`, {
          status: "rejected",
          token_amount: "99000000",
          token_amount_in_usd: "$99.00",
          user_profile_id: mallory.profileId,
          requester_profile_id: mallory.profileId
        })
        yield* notificationsOf(world, `${code}-99`, 3)
        expect(discord.messages.get(run.original()!.id)!.versions.length).toBe(before)
        expect(textOf(run.original()!)).not.toContain("rejected")
        // And the first one's answer still follows its own request.
        yield* world.mochi.decide(code, "approved")
        yield* run.answeredWhen(message => textOf(message).includes("approved"))
      })
    )

    it.scoped("is one request's alone, however alike a second one is (A5)", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { code, run } = yield* kudosByNewcomer(world)
        yield* sendCopy(world, code, `${code}-2`)
        yield* cardOf(world, `${code}-2`)
        yield* sendCopy(world, code, `${code}-2`, { status: "rejected" })
        yield* notificationsOf(world, `${code}-2`, 3)
        expect(textOf(run.original()!)).not.toContain("rejected")
        expect((yield* intentOf(world, run.interaction.id))?.request_code).toBe(code)
      })
    )

    it.scoped.each([
      ["amount", { token_amount: "10500001" }, "10.500001 USDC"],
      ["amount in other decimals", { token_amount: "10.5", token_decimal: 1, token_symbol: "FAKE" }, "FAKE"],
      ["recipient", { user_profile_id: LINUS.profileId! }, `<@${LINUS.id}>`],
      ["vault", { vault_profile_id: "70012", vault_name: "Other Vault" }, "Other Vault"],
      ["chain", { chain_name: "Solana" }, "Solana"]
    ] as const)("that disagrees in its %s is shown as Mochi signed it (A5)", ([, fields, shown]) =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { code, run, user } = yield* kudosWithoutWebhook(world)
        const intent = yield* intentOf(world, run.interaction.id)
        yield* sendEvent(world, code, fields)
        const card = textOf(yield* cardOf(world, code))
        expect(card).toContain(shown)
        expect(yield* intentOf(world, run.interaction.id)).toEqual(intent)
        expect(card).toContain(`<@${user.id}>`)
      })
    )

    it.scoped("that agrees fills in what the event leaves out (A5)", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { code, user } = yield* kudosWithoutWebhook(world, { reason: "For the docs" })
        yield* sendEvent(world, code, {
          description: null,
          chain_name: null,
          vault_profile_id: null,
          requester_profile_id: null
        })
        const card = textOf(yield* cardOf(world, code))
        expect(card).toContain("For the docs")
        expect(card).toContain(`<@${user.id}>`)
      })
    )

    it.scoped("of a stranger's request names nobody else as its requester (A5)", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const cast = yield* makeCast(world)
        const { code } = yield* kudosByNewcomer(world)
        const metadata = Object(yield* eventOf(world, code))["pay_transfer_request_metadata"]
        yield* sendEvent(world, code, {
          ...metadata,
          request_code: `${code}-S`,
          app_id: cast.owner.applicationId,
          app_owner_profile_id: cast.owner.profileId,
          requester_profile_id: cast.requester.profileId
        })
        const card = textOf(yield* cardOf(world, `${code}-S`))
        expect(card).toContain(`<@${cast.requester.user.id}>`)
        yield* sendEvent(world, code, {
          ...metadata,
          status: "rejected",
          request_code: `${code}-S`,
          app_id: cast.owner.applicationId,
          app_owner_profile_id: cast.owner.profileId,
          requester_profile_id: cast.requester.profileId
        })
        yield* notificationsOf(world, `${code}-S`, 3)
        expect(told(world, `${code}-S`)).toEqual([[cast.requester.user.id, "Kudos Request Rejected"]])
      })
    )
  }
)
