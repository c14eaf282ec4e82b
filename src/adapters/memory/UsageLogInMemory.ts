import { BigDecimal, DateTime, Duration, Effect, HashMap, Layer, Option } from "effect"
import type { Start } from "../../context/WorkStart.ts"
import { formatAmount } from "../../domain/TokenAmount.ts"
import { UsageLog } from "../../ports/UsageLog.ts"
import type { Use, UsageReport } from "../../ports/UsageLog.ts"
import { startOfWork, wasErased } from "./fence.ts"
import type { DayOfUse, State } from "./State.ts"
import { Tables } from "./Tables.ts"

const daysKept = 400
const day = Duration.toMillis("1 day")

export const layer: Layer.Layer<UsageLog, never, Tables> = Layer.effect(
  UsageLog,
  Effect.gen(function* () {
    const tables = yield* Tables
    return {
      report: days => tables.read((state, now) => reportSince(state, dayOf(now - (days - 1) * day))),
      activeDaily: tables.read(({ usage }, now) =>
        countPeople(usage.filter(({ lastAt }) => lastAt > now - day))
      ),
      prune: tables.update((state, now) => {
        const oldest = dayOf(now - daysKept * day)
        return { ...state, usage: state.usage.filter(use => use.day >= oldest) }
      })
    }
  })
)

export const withUse = (
  state: State,
  now: number,
  start: Option.Option<Start>,
  { command, communityId, user }: Use
): State => {
  if (wasErased(state, startOfWork(state, now, start), [user])) return state
  const today = dayOf(now)
  const isSame = (use: DayOfUse) =>
    use.day === today &&
    use.person === user &&
    use.command === command &&
    Option.getOrNull(use.communityId) === Option.getOrNull(communityId)
  const before = state.usage.find(isSame)
  const use: DayOfUse = {
    day: today,
    person: user,
    communityId,
    command,
    runs: (before?.runs ?? 0) + 1,
    lastAt: now
  }
  return { ...state, usage: [...state.usage.filter(each => each !== before), use] }
}

/** By UTC, such as `2026-01-31`. */
const dayOf = (millis: number): string => DateTime.formatIsoDateUtc(DateTime.unsafeMake(millis))

const countPeople = (uses: ReadonlyArray<DayOfUse>): number => new Set(uses.map(({ person }) => person)).size

const runsOf = (uses: ReadonlyArray<DayOfUse>): number => uses.reduce((sum, { runs }) => sum + runs, 0)

const reportSince = (state: State, first: string): UsageReport => {
  const uses = state.usage.filter(use => use.day >= first)
  const created = [...HashMap.values(state.intents)].filter(
    intent => intent.state === "created" && DateTime.formatIsoDateUtc(intent.storedAt) >= first
  )
  return {
    activeUsers: countPeople(uses),
    servers: new Set(uses.flatMap(({ communityId }) => Option.toArray(communityId))).size,
    commands: grouped(uses, ({ command }) => command)
      .map(([command, some]) => ({ command, runs: runsOf(some) }))
      .toSorted((one, other) => other.runs - one.runs),
    days: grouped(uses, use => use.day).map(([date, some]) => ({
      day: date,
      activeUsers: countPeople(some),
      runs: runsOf(some)
    })),
    volume: grouped(created, ({ facts }) => facts.symbol)
      .map(([token, some]) => ({
        token,
        requests: some.length,
        amount: sum(some.map(({ facts }) => facts.amount))
      }))
      .toSorted((one, other) => other.requests - one.requests)
  }
}

/** In the order of the names. */
const grouped = <A>(
  all: ReadonlyArray<A>,
  name: (each: A) => string
): ReadonlyArray<readonly [string, ReadonlyArray<A>]> =>
  [...Map.groupBy(all, name)].toSorted(([one], [other]) => (one < other ? -1 : 1))

/** Of exact decimals. */
const sum = (amounts: ReadonlyArray<string>): string => {
  const { scale, value } = BigDecimal.sumAll(
    amounts.flatMap(amount => Option.toArray(BigDecimal.fromString(amount)))
  )
  return formatAmount({ baseUnits: value, decimals: scale })
}
