import { Effect, Schema } from "effect"
import type { Choice } from "../discord/CallbackBody.ts"
import type { Sandbox } from "../Sandbox.ts"
import type { Trouble } from "./Trouble.ts"

const Who = { person: Schema.String }

const Use = {
  ...Who,
  channel: Schema.String,
  command: Schema.String,
  subcommand: Schema.NullOr(Schema.String),
  options: Schema.Record({
    key: Schema.String,
    value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean)
  })
}

/** An action that a page asks for. */
export const Action = Schema.Union(
  Schema.TaggedStruct("Run", Use),
  Schema.TaggedStruct("Suggest", { ...Use, focused: Schema.String, typed: Schema.String }),
  Schema.TaggedStruct("Press", { ...Who, message: Schema.String, customId: Schema.String }),
  Schema.TaggedStruct("Say", {
    ...Who,
    channel: Schema.String,
    content: Schema.String.pipe(
      Schema.filter(text => text.trim().length > 0 && text.length <= 2000, {
        message: () => "a message has 1 to 2000 characters"
      })
    )
  }),
  Schema.TaggedStruct("Switch", { id: Schema.String, on: Schema.Boolean }),
  Schema.TaggedStruct("Decide", {
    code: Schema.String,
    decision: Schema.Literal("approved", "rejected", "expired", "failed")
  }),
  Schema.TaggedStruct("Service", { does: Schema.Literal("start", "stop", "kill") }),
  Schema.TaggedStruct("Replay", {})
)
export type Action = typeof Action.Type

export interface Done {
  /** The suggestions, if the page asked for them. */
  readonly choices?: ReadonlyArray<Choice>
}

/** Why the sandbox could not do an action, in words for the person on the page. */
export class ActionRefused extends Schema.TaggedError<ActionRefused>("mochi/sandbox/ActionRefused")(
  "ActionRefused",
  { why: Schema.String }
) {
  override get message() {
    return this.why
  }
}

export type Perform = (action: Action) => Effect.Effect<Done, ActionRefused>

export const makePerform =
  (sandbox: Sandbox, trouble: Trouble): Perform =>
  action =>
    perform(sandbox, trouble, action).pipe(
      Effect.mapError(({ message }) => new ActionRefused({ why: message }))
    )

const perform = Effect.fnUntraced(function* (sandbox: Sandbox, trouble: Trouble, action: Action) {
  const { discord, mochi, service } = sandbox
  switch (action._tag) {
    case "Run":
      yield* discord.people.slashCommand(yield* useOf(sandbox, action))
      return done
    case "Suggest": {
      const focused = { name: action.focused, value: action.typed }
      const typing = yield* discord.people.autocomplete({ ...(yield* useOf(sandbox, action)), focused })
      return { choices: yield* typing.choices }
    }
    case "Press": {
      const { customId, message, person } = action
      const press = yield* discord.people.pressButton({
        user: yield* userOf(sandbox, person),
        message: { id: message },
        customId
      })
      // Until then the button shows a spinner; the view shows a failure.
      yield* Effect.ignore(press.acked)
      return done
    }
    case "Say": {
      const { channel, content, person } = action
      const user = yield* userOf(sandbox, person)
      discord.people.say({ user, channel: yield* channelOf(sandbox, channel, person), content })
      return done
    }
    case "Switch":
      yield* trouble.set(action.id, action.on)
      return done
    case "Decide":
      yield* Effect.mapError(
        mochi.decide(action.code, action.decision),
        ({ reason }) => new ActionRefused({ why: `Mochi says: ${reason}` })
      )
      return done
    case "Service":
      yield* service[action.does]
      return done
    case "Replay":
      yield* sandbox.replayDead
      return done
  }
})

const done: Done = {}

const userOf = ({ discord }: Sandbox, id: string) =>
  Effect.mapError(
    Effect.fromNullable(discord.world.users.get(id)),
    () => new ActionRefused({ why: "There is no such person." })
  )

/** Only its recipient may use a DM. */
const channelOf = ({ discord }: Sandbox, id: string, person: string) =>
  Effect.fromNullable(discord.world.channels.get(id)).pipe(
    Effect.filterOrFail(({ kind, recipientId }) => kind === "guild" || recipientId === person),
    Effect.mapError(() => new ActionRefused({ why: "There is no such channel." }))
  )

const useOf = Effect.fnUntraced(function* (
  sandbox: Sandbox,
  use: Extract<Action, { readonly _tag: "Run" | "Suggest" }>
) {
  const user = yield* userOf(sandbox, use.person)
  const channel = yield* channelOf(sandbox, use.channel, use.person)
  return {
    user,
    channel,
    ...(channel.guildId === null ? {} : { guild: sandbox.guild }),
    name: use.command,
    ...(use.subcommand === null ? {} : { subcommand: use.subcommand }),
    options: use.options
  }
})
