import { describe, expect, it } from "@effect/vitest"
import { Option } from "effect"
import { ApplicationId, InteractionId, RequestCode, VaultProfileId } from "../../src/domain/Ids.ts"
import { believe } from "../../src/domain/intentAgreement.ts"
import type { Intent, Difference } from "../../src/domain/intentAgreement.ts"
import { nobody } from "../../src/domain/TransferRequest.ts"
import type { RequestFacts, RequestReport } from "../../src/domain/TransferRequest.ts"
import { byDiscord, byProfile, facts, key, report, request } from "./requests.ts"

const vaultId = VaultProfileId.make("70011")
const ada = byDiscord("184027593016284160").userId

/** Ada asked for 10.5 USDC: names and reason that no event repeats, and no owner. */
const asked: Intent = {
  interactionId: InteractionId.make("7"),
  vault: { applicationId: key.applicationId, vaultId },
  facts: facts({
    owner: nobody,
    requester: { ...byProfile("2"), userId: ada },
    chain: Option.some("Ethereum"),
    reason: Option.some("For the docs")
  }),
  code: Option.none(),
  origin: Option.some("trace")
}

const event = (change: Partial<RequestFacts> = {}, more: Partial<RequestReport> = {}): RequestReport =>
  report("pending", {
    facts: Option.some(facts({ chain: Option.some("ethereum"), ...change })),
    vaultId: Option.some(vaultId),
    interactionId: Option.some(asked.interactionId),
    ...more
  })

describe("an event that names an intent (A5)", () => {
  it("is believed where all that it says agrees, and completed by the intent", () => {
    const { before, differs, isOwn } = believe(Option.none(), asked, event())
    expect({ differs, isOwn }).toEqual({ differs: [], isOwn: true })
    expect(Option.getOrThrow(before)).toMatchObject({
      interactionId: Option.some("7"),
      facts: Option.some(asked.facts)
    })
  })

  it.each<[Difference, Partial<RequestFacts>, Partial<RequestReport>]>([
    ["application", {}, { key: { ...key, applicationId: ApplicationId.make("124") } }],
    ["vault", {}, { vaultId: Option.some(VaultProfileId.make("70012")) }],
    ["vault", { vaultName: "Other Vault" }, { vaultId: Option.none() }],
    ["token", { symbol: "USDT" }, {}],
    ["token", { symbol: "usdc" }, {}],
    ["token", { chain: Option.some("Base") }, {}],
    ["amount", { amount: "10.50000000000000000000000000001" }, {}],
    ["amount", { amount: "105" }, {}],
    ["recipient", { recipient: byProfile("4") }, {}],
    ["recipient", { recipient: nobody }, {}],
    ["requester", { requester: byProfile("4") }, {}]
  ])("is not believed where it differs in its %s", (what, change, more) => {
    const { before, differs, isOwn } = believe(Option.none(), asked, event(change, more))
    expect({ before, differs, isOwn }).toEqual({ differs: [what], isOwn: false, before: Option.none() })
  })

  it("is not believed for a second code, however alike", () => {
    const taken = { ...asked, code: Option.some(RequestCode.make("first")) }
    expect(believe(Option.none(), taken, event())).toMatchObject({ differs: ["code"], isOwn: false })
    expect(believe(Option.none(), { ...asked, code: Option.some(key.code) }, event()).isOwn).toBe(true)
  })

  it("may leave out the chain, the vault's id and the requester", () => {
    const bare = event({ chain: Option.none(), requester: nobody }, { vaultId: Option.none() })
    expect(believe(Option.none(), asked, bare).isOwn).toBe(true)
  })

  it("that is not believed keeps its own requester, not the one that its metadata names", () => {
    const foreign = event({ amount: "99", requester: { ...byProfile("66"), userId: ada } })
    const { report: believed } = believe(Option.none(), asked, foreign)
    expect(Option.getOrThrow(believed.facts).requester).toEqual(byProfile("66"))
    const unnamed = event({ amount: "99", requester: { ...nobody, userId: ada } })
    expect(Option.getOrThrow(believe(Option.none(), asked, unnamed).report.facts).requester.userId).toEqual(
      ada
    )
  })

  it("takes the place of what only the intent told, and never of what an event told before", () => {
    const onlyAsked = {
      ...request("pending", Option.some(asked.facts)),
      interactionId: Option.some(asked.interactionId)
    }
    const own = { ...asked, code: Option.some(key.code) }
    const { before } = believe(Option.some(onlyAsked), own, event({ amount: "99" }))
    expect(Option.getOrThrow(before)).toEqual({ ...onlyAsked, facts: Option.none() })
    const heard = request("pending", Option.some(facts({ amount: "99" })))
    const later = believe(Option.some(heard), asked, event())
    expect(later).toMatchObject({ isOwn: false, before: Option.some(heard) })
  })
})

describe("Mochi's answer to our own create (A5)", () => {
  const answer = report("pending", {
    facts: Option.none(),
    interactionId: Option.some(asked.interactionId)
  })

  it("makes the request the intent's, with the facts of the event that came before and contradicts it", () => {
    const heard = request("pending", Option.some(facts({ amount: "99" })))
    const { before, isOwn } = believe(Option.some(heard), asked, answer)
    expect(isOwn).toBe(true)
    expect(Option.getOrThrow(before)).toEqual({
      ...heard,
      interactionId: Option.some(asked.interactionId),
      origin: asked.origin
    })
  })

  it("does not move an intent that belongs to another code", () => {
    const taken = { ...asked, code: Option.some(RequestCode.make("first")) }
    expect(believe(Option.none(), taken, answer)).toMatchObject({ isOwn: false, before: Option.none() })
  })
})
