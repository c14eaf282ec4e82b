/**
 * Creates transfer requests at Mochi: each at most once, whatever happens in between. The intent is stored before it is
 * sent; if the answer is lost, the bot finds out what became of it, and never sends again.
 */
import { Duration, Effect, Either, Option, Schedule } from "effect"
import type { Scope } from "effect"
import type { InteractionId } from "../domain/Ids.ts"
import {
  BotRecipient,
  InvalidAmount,
  NeverSent,
  OutcomeUnknown,
  ProfileMissing,
  RecipientProfileMissing,
  SelfKudos
} from "../domain/Kudos.ts"
import type { KudosCommand, KudosDraft, KudosRefusal } from "../domain/Kudos.ts"
import { pickListed } from "../domain/listing.ts"
import { parseAmountInput } from "../domain/TokenAmount.ts"
import { within } from "../context/Deadline.ts"
import { KudosIntents, NoLongerHeld } from "../ports/KudosIntents.ts"
import type { StoredIntent } from "../ports/KudosIntents.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { linkToKudos } from "../telemetry/spans.ts"
import { currentTraceparent } from "../telemetry/traceContext.ts"
import { createdRequests } from "./createdRequests.ts"
import type { CreatedKudos } from "./createdRequests.ts"
import { exactAmount } from "./exactAmount.ts"
import { Audit } from "./Audit.ts"
import { kudosLookUps } from "./kudosLookUps.ts"
import { RecentChoices } from "./RecentChoices.ts"

/** A command has 20 seconds in all; the last of them are kept for finding out what became of a lost create. */
const wholeBudget = Duration.seconds(20)
const budgetUntilCreated = Duration.seconds(16)

/** While the database is away, this process may lose what it holds; it learns so once the database is back. */
const storeTriedAtMost = 120
const storeComesBack = Schedule.spaced("1 second").pipe(Schedule.intersect(Schedule.recurs(storeTriedAtMost)))

export type { CreatedKudos }

export type KudosFailure = KudosRefusal | OutcomeUnknown | MochiError | StoreUnavailable

/** What a process that answers in the place of another one may find. */
export type RecoveryFailure = NeverSent | OutcomeUnknown | StoreUnavailable

export class KudosRequests extends Effect.Service<KudosRequests>()("mochi/services/KudosRequests", {
  effect: Effect.gen(function* () {
    const pay = yield* MochiPay
    const intents = yield* KudosIntents
    const { created, look } = yield* createdRequests
    const requests = yield* TransferRequests
    const audit = yield* Audit
    const choices = yield* RecentChoices
    const askTogether = yield* kudosLookUps

    /** Makes every check of the contract in its order: the person reads of the first that fails. */
    const draft = Effect.fnUntraced(function* (
      command: KudosCommand
    ): Effect.fn.Return<KudosDraft, KudosFailure, Scope.Scope> {
      if (command.recipient.id === command.sender) return yield* new SelfKudos()
      if (command.recipient.isBot) return yield* new BotRecipient()
      const input = yield* Either.fromOption(
        parseAmountInput(command.amount),
        () => new InvalidAmount({ hasComma: command.amount.includes(",") })
      )
      const asked = yield* askTogether(command)
      const sender = yield* Effect.flatMap(
        asked.sender,
        Option.match({ onNone: () => new ProfileMissing(), onSome: Effect.succeed })
      )
      const profileId = sender.id
      const application = yield* pickListed(
        "application",
        command.application,
        yield* asked.applications(profileId),
        ({ name }) => [name]
      )
      const vault = yield* pickListed(
        "vault",
        command.vault,
        yield* asked.vaults(profileId, application.id),
        ({ name }) => [name]
      )
      choices.note(command.sender, profileId, application.id, Option.some(vault.id))
      const holdings = yield* asked.holdings({ profileId, applicationId: application.id, vaultId: vault.id })
      const { holding } = yield* pickListed(
        "token",
        command.token,
        holdings.map(listed => ({ id: listed.token.id, holding: listed })),
        ({ holding: { token } }) => [token.symbol, token.name]
      )
      const amount = yield* exactAmount(input, holding)
      const recipient = yield* Effect.flatMap(
        asked.recipient,
        Option.match({
          onNone: () => new RecipientProfileMissing({ recipient: command.recipient.id }),
          onSome: Effect.succeed
        })
      )
      if (recipient.id === sender.id) return yield* new SelfKudos()
      return {
        interactionId: command.interactionId,
        sender: { userId: command.sender, profile: sender },
        recipient: { userId: command.recipient.id, profile: recipient },
        application,
        vault,
        holding,
        amount,
        reason: command.reason,
        communityId: command.communityId,
        channelId: command.channelId
      }
    }, Effect.scoped)

    /** Settles an intent whose answer was lost: created if Mochi has the request, otherwise unknown. */
    const resolve = Effect.fnUntraced(function* (
      intent: StoredIntent
    ): Effect.fn.Return<CreatedKudos, OutcomeUnknown> {
      yield* linkToKudos(intent.origin)
      const found = yield* Effect.catchTag(look(intent), "MochiError", () => Effect.succeedNone)
      if (Option.isSome(found)) return found.value
      yield* Effect.ignoreLogged(intents.finish(intent.interactionId, { _tag: "Unknown" }))
      return yield* new OutcomeUnknown({ interactionId: intent.interactionId })
    })

    /** Mochi created nothing. The person reads so only once it is certain that no other process answers for the intent. */
    const withdraw = (intent: StoredIntent): Effect.Effect<void, NoLongerHeld> =>
      intents.withdraw(intent.interactionId).pipe(
        Effect.retry({ while: error => error._tag === "StoreUnavailable", schedule: storeComesBack }),
        Effect.catchTag("StoreUnavailable", () => new NoLongerHeld())
      )

    /** Sends a checked command, once. Left: the answer was lost. */
    const send = Effect.fnUntraced(function* (checked: KudosDraft) {
      const { intent, mayLeave } = yield* intents.store(checked, yield* currentTraceparent)
      const answer = yield* Effect.either(pay.create(checked, mayLeave))
      if (Either.isLeft(answer) && answer.left.reason === "Withheld") return yield* new NoLongerHeld()
      if (Either.isLeft(answer)) {
        yield* audit.record({
          actor: checked.sender.userId,
          action: "mochi_create",
          outcome: `failed: ${answer.left.reason}`
        })
        if (answer.left.mayHaveHappened) return Either.left(intent)
        yield* withdraw(intent)
        return yield* answer.left
      }
      return Either.right({ intent, code: answer.right })
    })

    /** Checks a command and creates its request. `NoLongerHeld`: the process that holds the interaction now answers the person. */
    const submit = Effect.fnUntraced(function* (
      command: KudosCommand
    ): Effect.fn.Return<CreatedKudos, KudosFailure | NoLongerHeld> {
      const sent = yield* draft(command).pipe(Effect.flatMap(send), within(budgetUntilCreated))
      if (Either.isLeft(sent)) return yield* resolve(sent.left)
      const { code, intent } = sent.right
      const listed = Option.isSome(code)
        ? Option.none()
        : yield* Effect.orElseSucceed(look(intent), Option.none)
      return Option.isSome(listed) ? listed.value : yield* created(intent, code)
    }, within(wholeBudget))

    /** For a while after an unknown outcome: Mochi may list the request late. */
    const lookAgain = (id: InteractionId) =>
      Effect.flatMap(intents.find(id), Option.match({ onNone: () => Effect.succeedNone, onSome: look }))

    /** The intents of processes that are gone: this process answers for them now. */
    const abandoned = intents.adopt

    /** What became of a command whose process ended before it could answer. */
    const outcomeOf = Effect.fnUntraced(function* (
      id: InteractionId
    ): Effect.fn.Return<CreatedKudos, RecoveryFailure> {
      const intent = yield* intents.find(id)
      if (Option.isNone(intent)) return yield* new NeverSent()
      switch (intent.value.state) {
        case "created": {
          const found = yield* Effect.orElseSucceed(look(intent.value), () => Option.none<CreatedKudos>())
          return Option.getOrElse(found, (): CreatedKudos => ({ intent: intent.value, status: "pending" }))
        }
        case "not_created":
          return yield* new NeverSent()
        case "unknown":
          return yield* new OutcomeUnknown({ interactionId: id })
        case "sending":
          return yield* resolve(intent.value)
      }
    })

    /** The stored request that this interaction's answer shows, if it shows one. */
    const requestOf = requests.answeredBy

    return { submit, lookAgain, resolve, abandoned, outcomeOf, requestOf }
  })
}) {}
