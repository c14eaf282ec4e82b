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

/** A part of the view that is new or has changed; a channel's messages are the part `timeline:{id}`. */
export interface Update {
  readonly name: string
  readonly value: unknown
}

export interface LiveView {
  /** All that this person sees, then every part as it changes; never ends. */
  readonly follow: (user: User) => Stream.Stream<Update>
}

/** Changes that come close together are sent at once. */
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
      const parts: Omit<Sections, "timelines"> = {
        people: peopleOf(sandbox),
        channels: channels.map(({ view }) => view),
        commands: commandViews([...discord.commands.list(sandbox.guild.id), ...discord.commands.list(null)]),
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
      const timelines = channels.map(({ channel }) => ({
        name: `timeline:${channel.id}`,
        value: timeline(discord, user, channel, traces)
      }))
      return [...Object.entries(parts).map(([name, value]): Update => ({ name, value })), ...timelines]
    })

    return {
      follow: user =>
        Stream.unwrapScoped(
          Effect.gen(function* () {
            const queue = yield* PubSub.subscribe(news)
            const known = new Map<string, string>()
            const fresh = Effect.map(view(user), updates =>
              updates.filter(({ name, value }) => {
                const text = JSON.stringify(value)
                if (known.get(name) === text) return false
                known.set(name, text)
                return true
              })
            )
            const next = Queue.take(queue).pipe(
              Effect.zipRight(Effect.sleep(gathering)),
              Effect.zipRight(fresh)
            )
            return Stream.concat(Stream.fromEffect(fresh), Stream.repeatEffect(next)).pipe(
              Stream.flattenIterables
            )
          })
        )
    }
  })

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

/** DMs, and what mentions somebody in the open: what a client would notify of. */
const inboxOf = ({ discord, guild }: Sandbox): Sections["inbox"] =>
  Object.fromEntries(
    PEOPLE.map(({ id }) => {
      const dm = discord.world.dmWith(id)
      const places = [...discord.world.channelsOf(guild), ...(dm === undefined ? [] : [dm])]
      const heard = places.map(channel => [
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
      return [id, Object.fromEntries(heard)]
    })
  )

const hasThanks = ({ discord }: Sandbox) =>
  [...discord.messages.all.values()].some(({ embeds }) => embeds[0]?.title === "Kudos Received")
