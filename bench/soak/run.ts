import { Effect, Option, Ref, Stream } from "effect"
import type { Scope } from "effect"
import { interactive } from "../../sandbox/discord/Components.ts"
import type { TransferRequest } from "../../sandbox/mochi/ledger.ts"
import { tokenId } from "./cast.ts"
import { killAndRestart, restartIfEnded } from "./killing.ts"
import { interactionOf, observe } from "./observe.ts"
import type { Run } from "./observe.ts"
import { isComplete, judge } from "./oracle.ts"
import type { Judgement } from "./oracle.ts"
import type { Errand, Plan } from "./plan.ts"
import { amountsIn, textOf, titleOf } from "./reading.ts"
import * as World from "./world.ts"

export interface Outcome {
  readonly judgements: ReadonlyArray<Judgement>
  /** On the fake Discord's clock, in milliseconds. */
  readonly killedAt: ReadonlyArray<number>
  /** Exit codes and signals of the service when the soak had not killed it. */
  readonly ended: ReadonlyArray<string>
  /** Messages of the bot that are about no errand. */
  readonly strays: ReadonlyArray<string>
  readonly world: World.World
}

/** People see everything that is owed within a minute, in milliseconds. */
export const within = 60_000
/** How long the soak waits after the last kill for what is missing, in milliseconds. */
const patience = 300_000
/** The soak goes on for this long after the last call, in milliseconds: a dead process's work may come twice. */
const quietFor = 10_000
/** A person who got no answer presses again after this long, in milliseconds. */
const pressesAgainAfter = 4_000

export interface Options extends World.WorldOptions {
  /** How long the soak watches after the last kill at least, in milliseconds; a minute by default. */
  readonly watched?: number
  readonly say: (line: string) => Effect.Effect<void>
}

export const run = (
  plan: Plan,
  { say, watched = within, ...options }: Options
): Effect.Effect<Outcome, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const world = yield* World.make(options)
    const { discord, guild, service, userOf } = world
    yield* service.start
    yield* service.ready
    yield* discord.until("the registration of /kudos", () => discord.commands.find(guild.id, "kudos"), 30_000)
    const creates = new Map<string, number>()
    yield* countCreates(world, creates)
    yield* World.trouble(world, options.seed)

    const startedAt = discord.now()
    const runs: Array<Run> = []
    const killedAt: Array<number> = []
    const ended: Array<string> = []
    const killing = yield* Ref.make(false)
    const waitUntil = (at: number) =>
      Effect.suspend(() => Effect.sleep(Math.max(0, startedAt + at - discord.now())))

    const sendKudos = Effect.forEach(plan.errands, errand =>
      Effect.gen(function* () {
        yield* waitUntil(errand.at)
        const { interaction } = yield* discord.people.slashCommand({
          user: userOf(errand.sender),
          guild,
          name: "kudos",
          options: optionsOf(errand, userOf(errand.recipient))
        })
        runs.push({ errand, interaction })
      })
    )
    const kill = Effect.forEach(plan.kills, planned =>
      Effect.gen(function* () {
        yield* waitUntil(planned.at)
        yield* Ref.set(killing, true)
        const at = yield* killAndRestart(world, planned)
        yield* Ref.set(killing, false)
        killedAt.push(at)
        yield* say(
          `${Math.round((at - startedAt) / 1000)} s: ${runs.length} /kudos so far; killed (${planned.moment})`
        )
      })
    )
    const cut = Effect.forEach(plan.cuts, at =>
      Effect.zipRight(
        waitUntil(at),
        Effect.sync(() => discord.gateway.cut())
      )
    )
    const decide = decideAll(world, runs).pipe(Effect.zipRight(Effect.sleep("100 millis")), Effect.forever)
    const supervise = Ref.get(killing).pipe(
      Effect.flatMap(busy => (busy ? Effect.succeedNone : restartIfEnded(world))),
      Effect.map(Option.map(why => ended.push(why))),
      Effect.zipRight(Effect.sleep("200 millis")),
      Effect.forever
    )
    yield* Effect.forkScoped(decide)
    yield* Effect.forkScoped(supervise)
    yield* Effect.all([sendKudos, kill, cut], { concurrency: "unbounded", discard: true })

    const lastKill = Math.max(...killedAt)
    const judgeAll = Effect.map(
      observe(world, runs, id => creates.get(id) ?? 0),
      all => all.map(seen => judge(seen, { within, lastKill }))
    )
    yield* say(
      `The last kill is done after ${runs.length} /kudos; now the soak waits for everything that is owed.`
    )
    const isOver = (judgements: ReadonlyArray<Judgement>) => {
      const now = discord.now()
      const lastCall = discord.requests.all.at(-1)?.at ?? 0
      return isComplete(judgements) && now - lastKill >= watched && now - lastCall >= quietFor
    }
    let judgements = yield* judgeAll
    while (!isOver(judgements) && discord.now() - lastKill < patience) {
      yield* Effect.sleep("500 millis")
      judgements = yield* judgeAll
    }
    return { judgements, killedAt, ended, strays: straysOf(world, runs), world }
  })

const optionsOf = ({ amount, owner }: Errand, recipient: ReturnType<World.World["userOf"]>) => ({
  application: owner.applicationId,
  vault: owner.vaultId,
  token: tokenId,
  amount,
  recipient,
  reason: "For the release notes"
})

/** Counts them as they come: the fake Mochi keeps only the newest calls. */
const countCreates = ({ mochi }: World.World, creates: Map<string, number>) =>
  Effect.forkScoped(
    Stream.runForEach(mochi.events, event =>
      Effect.sync(() => {
        if (event._tag !== "CallBegan" || event.call.operation !== "createTransferRequest") return
        const id = /"interaction_id"\s*:\s*"([^"]*)"/.exec(event.call.body)?.[1] ?? ""
        creates.set(id, (creates.get(id) ?? 0) + 1)
      })
    )
  )

/** Makes every decision that is due: at Mochi, or by the button of a card that is there. */
const decideAll = (world: World.World, runs: ReadonlyArray<Run>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const pending = (yield* world.mochi.requests).filter(({ status }) => status === "pending")
    const byInteraction = new Map(pending.map(request => [interactionOf(request), request]))
    for (const one of runs) {
      const request = byInteraction.get(one.interaction.id)
      if (request === undefined) continue
      const { ending } = one.errand
      if (ending.by === "button") yield* press(world, one, request)
      else if (world.discord.now() - request.createdAt >= one.errand.thinkMillis)
        // Somebody else may have decided already.
        yield* Effect.ignore(world.mochi.decide(request.code, ending.decision))
    }
  })

const pressedAt = new WeakMap<Run, number>()

const press = (world: World.World, one: Run, request: TransferRequest) =>
  Effect.gen(function* () {
    const { discord, userOf } = world
    const { ending, owner, thinkMillis } = one.errand
    const now = discord.now()
    const before = pressedAt.get(one)
    if (before !== undefined && now - before < pressesAgainAfter) return
    const user = userOf(owner)
    const card = discord
      .dmsOf(user)
      .find(message => titleOf(message) === "card" && amountsIn(textOf(message)).includes(one.errand.amount))
    if (card === undefined || now - card.createdAt < thinkMillis) return
    const wanted = `${ending.decision === "approved" ? "approve" : "reject"}-${request.code}-`
    const button = interactive(card.components).find(({ custom_id }) => custom_id.startsWith(wanted))
    if (button === undefined) return
    pressedAt.set(one, now)
    // The card may have changed meanwhile.
    yield* Effect.ignore(discord.people.pressButton({ user, message: card, customId: button.custom_id }))
  })

const straysOf = ({ discord }: World.World, runs: ReadonlyArray<Run>): ReadonlyArray<string> => {
  const amounts = new Set(runs.map(({ errand }) => errand.amount))
  return [...discord.messages.all.values()].flatMap(message => {
    const isOurs = message.authorId === discord.applicationId && message.interaction === null
    const text = textOf(message)
    if (!isOurs || message.deleted || amountsIn(text).some(amount => amounts.has(amount))) return []
    return [
      `${discord.world.channels.get(message.channelId)?.name}: ${text.trim().replace(/\s+/g, " ").slice(0, 200)}`
    ]
  })
}
