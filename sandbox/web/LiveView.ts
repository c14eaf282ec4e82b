import { Effect, PubSub, Queue, Ref, Schedule, Stream } from "effect"
import type { Scope } from "effect"
import type { User } from "../discord/Model.ts"
import { PEOPLE } from "../people.ts"
import type { Sandbox } from "../Sandbox.ts"
import * as Activity from "./Activity.ts"
import { commandViews } from "./commandViews.ts"
import { guideView, mochiView, outboxView, serviceView, webhookViews } from "./panelViews.ts"
import { timeline } from "./timeline.ts"
import { tracesOf } from "./traces.ts"
import type { Trouble } from "./Trouble.ts"
import type { ChannelView, OutboxView, PersonView, Sections, SettingsView } from "./wire.ts"

export interface LiveView {
  /** Everything that this person sees, then the parts and channels that changed, each as a whole; never ends. */
  readonly follow: (user: User) => Stream.Stream<Partial<Sections>>
}

/** Changes within this time go out together. */
const gathering = "30 millis"

export const make = (
  sandbox: Sandbox,
  trouble: Trouble,
  settings: SettingsView
): Effect.Effect<LiveView, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { discord, mochi, notifications, service } = sandbox
    const news = yield* PubSub.sliding<void>(1)
    const changed = Effect.asVoid(PubSub.publish(news, undefined))
    const activity = yield* Activity.make(sandbox, changed)
    const outbox = yield* Ref.make<OutboxView>({ readable: false, notifications: [] })
    const follow = <A>(events: Stream.Stream<A>) =>
      Effect.forkScoped(Stream.runForEach(events, () => changed))
    yield* Effect.all([
      follow(discord.events),
      follow(mochi.events),
      follow(service.status.changes),
      follow(trouble.switches.changes)
    ])
    yield* outboxView(notifications).pipe(
      Effect.flatMap(now => Ref.set(outbox, now)),
      Effect.zipRight(changed),
      Effect.repeat(Schedule.spaced("700 millis")),
      Effect.forkScoped
    )

    const view = Effect.fnUntraced(function* (user: User) {
      const snapshot = yield* mochi.snapshot
      const traces = tracesOf(snapshot)
      const channels = channelsOf(sandbox, user)
      const sections: Sections = {
        people: peopleOf(sandbox),
        channels: channels.map(({ view }) => view),
        commands: commandViews([...discord.commands.list(sandbox.guild.id), ...discord.commands.list(null)]),
        timelines: Object.fromEntries(
          channels.map(({ channel }) => [channel.id, timeline(discord, user, channel, traces)])
        ),
        inbox: inboxOf(sandbox),
        guide: yield* guideView(mochi, hasThanks(sandbox)),
        mochi: mochiView(snapshot),
        webhooks: webhookViews(snapshot.webhooks),
        outbox: yield* Ref.get(outbox),
        service: serviceView(yield* service.status),
        trouble: yield* trouble.switches,
        activity: yield* activity,
        settings
      }
      return sections
    })

    return {
      follow: user =>
        Stream.unwrapScoped(
          Effect.gen(function* () {
            const queue = yield* PubSub.subscribe(news)
            const isNew = remembering()
            const fresh = Effect.map(view(user), sections => changesOf(sections, isNew))
            const next = Queue.take(queue).pipe(
              Effect.zipRight(Effect.sleep(gathering)),
              Effect.zipRight(fresh)
            )
            return Stream.concat(Stream.fromEffect(fresh), Stream.repeatEffect(next)).pipe(
              Stream.filter(changes => Object.keys(changes).length > 0)
            )
          })
        )
    }
  })

type IsNew = (name: string, value: unknown) => boolean

/** Tells whether a value differs from the last one under the same name. */
const remembering = (): IsNew => {
  const lastTexts = new Map<string, string>()
  return (name, value) => {
    const text = JSON.stringify(value)
    if (lastTexts.get(name) === text) return false
    lastTexts.set(name, text)
    return true
  }
}

const changesOf = ({ timelines, ...parts }: Sections, isNew: IsNew): Partial<Sections> => {
  const changed = Object.fromEntries(Object.entries(parts).filter(([name, value]) => isNew(name, value)))
  const channels = Object.entries(timelines).filter(([id, items]) => isNew(`timeline ${id}`, items))
  return channels.length === 0 ? changed : { ...changed, timelines: Object.fromEntries(channels) }
}

const peopleOf = ({ discord }: Sandbox): ReadonlyArray<PersonView> =>
  [...discord.world.users.values()].map(user => ({
    id: user.id,
    name: user.globalName ?? user.username,
    username: user.username,
    role: PEOPLE.find(({ id }) => id === user.id)?.role ?? null,
    bot: user.bot
  }))

const channelsOf = ({ discord, guild }: Sandbox, user: User) =>
  [...discord.world.channelsOf(guild), discord.world.openDm(user.id)].map(channel => ({
    channel,
    view: {
      id: channel.id,
      kind: channel.kind,
      name: channel.kind === "dm" ? discord.world.bot.username : channel.name,
      place: channel.kind === "dm" ? "Direct Messages" : guild.name
    } satisfies ChannelView
  }))

/** DMs, and mentions in the guild's channels: the messages that a client would notify of. */
const inboxOf = ({ discord, guild }: Sandbox): Sections["inbox"] =>
  Object.fromEntries(
    PEOPLE.map(({ id }) => {
      const dm = discord.world.dmWith(id)
      const places = [...discord.world.channelsOf(guild), ...(dm === undefined ? [] : [dm])]
      const byChannel = places.map(channel => [
        channel.id,
        discord.messages
          .visibleTo(id, channel.id)
          .filter(({ authorId, ephemeralFor, pings }) => {
            const isMine = channel.kind === "dm" || pings.users.includes(id)
            return authorId === discord.world.bot.id && ephemeralFor === null && isMine
          })
          .map(message => message.id)
          .slice(-50)
      ])
      return [id, Object.fromEntries(byChannel)]
    })
  )

const hasThanks = ({ discord }: Sandbox) =>
  [...discord.messages.all.values()].some(({ embeds }) => embeds[0]?.title === "Kudos Received")
