import { Either, HashMap, Option } from "effect"
import type { JsonObject } from "./Json.ts"
import { Refused } from "./Refused.ts"
import { type Application, mayDecide, mayRequest, type Vault, type World } from "./World.ts"

/** The whole state of the fake Mochi. Every function here is one atomic step. */
export interface Ledger {
  readonly world: World
  /** base units by holder and token */
  readonly balances: HashMap.HashMap<string, bigint>
  readonly requests: HashMap.HashMap<string, TransferRequest>
  /** creates that carried an `Idempotency-Key` */
  readonly keys: HashMap.HashMap<string, { readonly fingerprint: string; readonly code: string }>
  readonly count: number
  /** no pending request expires before this */
  readonly dueFrom: number
}

export type RequestStatus = "pending" | "success" | "rejected" | "expired" | "failed"
export type FinalStatus = Exclude<RequestStatus, "pending">

export interface TransferRequest {
  readonly code: string
  /** counts from 1 in the order of creation */
  readonly number: number
  readonly status: RequestStatus
  readonly applicationId: string
  readonly vaultProfileId: string
  readonly requesterProfileId: string
  readonly recipientProfileId: string
  readonly tokenId: string
  /** base units */
  readonly amount: bigint
  readonly description: string | undefined
  readonly requesterMetadata: JsonObject
  /** milliseconds since 1970, like all times here */
  readonly createdAt: number
  readonly expiresAt: number
  readonly settledAt: number | undefined
  readonly decidedByProfileId: string | undefined
}

export type NewTransferRequest = Omit<
  TransferRequest,
  "number" | "status" | "settledAt" | "decidedByProfileId"
>

export const open = (world: World): Ledger => ({
  world,
  balances: HashMap.fromIterable(
    world.balances.map(
      balance => [account(balance.holderProfileId, balance.tokenId), balance.amount] as const
    )
  ),
  requests: HashMap.empty(),
  keys: HashMap.empty(),
  count: 0,
  dueFrom: Number.POSITIVE_INFINITY
})

export const balanceOf = (ledger: Ledger, holderProfileId: string, tokenId: string): Option.Option<bigint> =>
  HashMap.get(ledger.balances, account(holderProfileId, tokenId))

export const setBalance = (
  ledger: Ledger,
  holderProfileId: string,
  tokenId: string,
  amount: bigint
): Ledger => ({
  ...ledger,
  balances: HashMap.set(ledger.balances, account(holderProfileId, tokenId), amount)
})

export const create = (
  ledger: Ledger,
  draft: NewTransferRequest
): Either.Either<readonly [TransferRequest, Ledger], Refused> =>
  Either.gen(function* () {
    yield* vaultFor(ledger, draft.requesterProfileId, draft.applicationId, draft.vaultProfileId)
    if (!ledger.world.profiles.some(profile => profile.id === draft.recipientProfileId)) {
      return yield* refuse(400, "recipient profile does not exist")
    }
    const available = balanceOf(ledger, draft.vaultProfileId, draft.tokenId)
    if (Option.isNone(available)) {
      return yield* refuse(400, "token is not in this vault")
    }
    if (available.value < draft.amount) {
      return yield* refuse(400, "insufficient balance")
    }
    return put(ledger, draft)
  })

/** Stores a request without any check, for worlds that start with one. */
export const put = (ledger: Ledger, draft: NewTransferRequest): readonly [TransferRequest, Ledger] => {
  const request: TransferRequest = {
    ...draft,
    number: ledger.count + 1,
    status: "pending",
    settledAt: undefined,
    decidedByProfileId: undefined
  }
  return [request, { ...store(ledger, request), count: request.number }]
}

export const decide = (
  ledger: Ledger,
  decision: {
    readonly profileId: string
    readonly applicationId: string
    readonly code: string
    readonly status: "success" | "rejected"
    readonly at: number
  }
): Either.Either<readonly [TransferRequest, Ledger], Refused> =>
  Either.gen(function* () {
    const application = yield* applicationOf(ledger, decision.applicationId)
    yield* requestOf(ledger, decision.applicationId, decision.code)
    if (!mayDecide(application, decision.profileId)) {
      return yield* refuse(403, "only the application owner may decide")
    }
    return yield* settle(ledger, decision.code, decision.status, decision.at, decision.profileId)
  })

/** Moves pending to any final state, and success to failed; money moves in the same step. */
export const settle = (
  ledger: Ledger,
  code: string,
  status: FinalStatus,
  at: number,
  by: string | undefined
): Either.Either<readonly [TransferRequest, Ledger], Refused> =>
  Either.gen(function* () {
    const request = yield* Either.fromOption(find(ledger, code), unknownRequest)
    const settled: TransferRequest = { ...request, status, settledAt: at, decidedByProfileId: by }
    if (request.status === "success" && status === "failed") {
      const reversed = yield* move(ledger, request, request.recipientProfileId, request.vaultProfileId)
      return [settled, store(reversed, settled)] as const
    }
    if (request.status !== "pending") {
      return yield* refuse(400, `request is already ${request.status}`)
    }
    const paid =
      status === "success"
        ? yield* move(ledger, request, request.vaultProfileId, request.recipientProfileId)
        : ledger
    return [settled, store(paid, settled)] as const
  })

/** Marks requests past their time as `expired`, and returns those. Reads the requests only when one may be due. */
export const expireDue = (ledger: Ledger, now: number): readonly [ReadonlyArray<TransferRequest>, Ledger] => {
  if (now < ledger.dueFrom) {
    return [[], ledger]
  }
  const pending = Array.from(HashMap.values(ledger.requests)).filter(({ status }) => status === "pending")
  const due = pending
    .filter(({ expiresAt }) => expiresAt <= now)
    .map((request): TransferRequest => ({ ...request, status: "expired", settledAt: request.expiresAt }))
  const dueFrom = pending
    .filter(({ expiresAt }) => expiresAt > now)
    .reduce((first, { expiresAt }) => Math.min(first, expiresAt), Number.POSITIVE_INFINITY)
  return [due, { ...due.reduce(store, ledger), dueFrom }]
}

export const requestsNewestFirst = (ledger: Ledger): ReadonlyArray<TransferRequest> =>
  Array.from(HashMap.values(ledger.requests)).sort((a, b) => b.number - a.number)

export const find = (ledger: Ledger, code: string): Option.Option<TransferRequest> =>
  HashMap.get(ledger.requests, code)

export const applicationOf = (ledger: Ledger, id: string): Either.Either<Application, Refused> =>
  Either.fromNullable(
    ledger.world.applications.find(application => application.id === id),
    () => new Refused({ status: 404, reason: "application not found" })
  )

export const requestOf = (
  ledger: Ledger,
  applicationId: string,
  code: string
): Either.Either<TransferRequest, Refused> =>
  Either.fromOption(
    Option.filter(find(ledger, code), request => request.applicationId === applicationId),
    unknownRequest
  )

/** The vault, if this profile may use it. */
export const vaultFor = (
  ledger: Ledger,
  profileId: string,
  applicationId: string,
  vaultProfileId: string
): Either.Either<Vault, Refused> =>
  Either.gen(function* () {
    const application = yield* applicationFor(ledger, profileId, applicationId)
    const vault = application.vaults.find(candidate => candidate.profileId === vaultProfileId)
    return vault ?? (yield* refuse(404, "vault not found"))
  })

export const applicationFor = (
  ledger: Ledger,
  profileId: string,
  applicationId: string
): Either.Either<Application, Refused> =>
  Either.filterOrLeft(
    applicationOf(ledger, applicationId),
    application => mayRequest(application, profileId),
    () => new Refused({ status: 403, reason: "no access to this application" })
  )

const account = (holderProfileId: string, tokenId: string): string => `${holderProfileId}/${tokenId}`

const refuse = (status: number, reason: string): Either.Either<never, Refused> =>
  Either.left(new Refused({ status, reason }))

const unknownRequest = (): Refused => new Refused({ status: 404, reason: "request not found" })

const store = (ledger: Ledger, request: TransferRequest): Ledger => ({
  ...ledger,
  requests: HashMap.set(ledger.requests, request.code, request),
  dueFrom: request.status === "pending" ? Math.min(ledger.dueFrom, request.expiresAt) : ledger.dueFrom
})

const move = (
  ledger: Ledger,
  request: TransferRequest,
  from: string,
  to: string
): Either.Either<Ledger, Refused> => {
  const available = Option.getOrElse(balanceOf(ledger, from, request.tokenId), () => 0n)
  if (available < request.amount) {
    return refuse(400, "insufficient balance")
  }
  const taken = setBalance(ledger, from, request.tokenId, available - request.amount)
  const held = Option.getOrElse(balanceOf(taken, to, request.tokenId), () => 0n)
  return Either.right(setBalance(taken, to, request.tokenId, held + request.amount))
}
