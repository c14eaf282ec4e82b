import { Effect, Option } from "effect"
import type { ButtonPress } from "../../domain/customId.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { currentTraceId } from "../../ports/traceContext.ts"
import { Privacy } from "../../services/Privacy.ts"
import type { Message } from "../../views/Message.ts"
import { personalJson } from "../../views/personalJson.ts"
import * as answers from "../../views/privacyAnswers.ts"
import { editAnswer, editAnswerWithFile } from "./answers.ts"
import { failureMessage, noLongerValid, notForYou, somethingWentWrong } from "./failureWords.ts"
import type { Words } from "./failureWords.ts"
import type { Command, Envelope } from "./interaction.ts"
import { Outcome } from "./Outcome.ts"

type Press = Extract<ButtonPress, { readonly _tag: "Privacy" }>

/** Bytes: servers without boosts take 10 MiB in all. */
const largestFile = 9 * 1024 * 1024

/** `/privacy` and its two buttons, after their acknowledgement. */
export class PrivacyCommand extends Effect.Service<PrivacyCommand>()("mochi/programs/PrivacyCommand", {
  effect: Effect.gen(function* () {
    const privacy = yield* Privacy

    const refuse = Effect.fnUntraced(function* (envelope: Envelope, words: Words, reason: string) {
      yield* editAnswer(envelope, failureMessage(words, yield* currentTraceId))
      return Outcome.Refused({ reason })
    })

    const done = (envelope: Envelope, answer: Message) =>
      Effect.as(editAnswer(envelope, answer), Outcome.Success())

    const sendExport = Effect.fnUntraced(function* (envelope: Envelope) {
      const json = personalJson(yield* privacy.exportOf(envelope.userId, "person"))
      const file = new File([json], "mochi-data.json", { type: "application/json" })
      if (file.size > largestFile) return yield* done(envelope, answers.exportTooLarge)
      yield* editAnswerWithFile(envelope, answers.exported, file)
      return Outcome.Success()
    })

    const choose = (envelope: Envelope, wanted: boolean) =>
      Effect.zipRight(
        privacy.chooseNotifications(envelope.userId, wanted),
        done(envelope, answers.notificationsChosen(wanted))
      )

    const answer = (envelope: Envelope, subcommand: string) => {
      switch (subcommand) {
        case "export":
          return sendExport(envelope)
        case "delete":
          return done(envelope, answers.askBeforeErasing(envelope.userId))
        case "notifications on":
          return choose(envelope, true)
        case "notifications off":
          return choose(envelope, false)
        default:
          return refuse(envelope, noLongerValid, "UnknownSubcommand")
      }
    }

    const orSayWhy =
      (envelope: Envelope) =>
      <E, R>(work: Effect.Effect<Outcome, E | StoreUnavailable, R>) =>
        Effect.catchIf(work, isStoreFailure, error =>
          Effect.gen(function* () {
            yield* editAnswer(envelope, failureMessage(somethingWentWrong, yield* currentTraceId))
            return Outcome.Failed({ errorType: error._tag })
          })
        )

    const run = Effect.fn("PrivacyCommand.run")((envelope: Envelope, { subcommand }: Command) =>
      orSayWhy(envelope)(
        answer(
          envelope,
          Option.getOrElse(subcommand, () => "")
        )
      )
    )

    const press = Effect.fn("PrivacyCommand.press")(({ asker, choice }: Press, envelope: Envelope) => {
      if (asker !== envelope.userId) return refuse(envelope, notForYou, "NotMeantForThem")
      if (choice === "keep") return done(envelope, answers.kept)
      return orSayWhy(envelope)(
        Effect.zipRight(privacy.erase(asker, "person"), done(envelope, answers.erased))
      )
    })

    return { run, press }
  })
}) {}

const isStoreFailure = <E>(error: E | StoreUnavailable): error is StoreUnavailable =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "StoreUnavailable"
