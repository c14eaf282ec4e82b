import { Utils } from "effect"
import { owners, recipients, senders } from "./cast.ts"
import type { Owner, Person } from "./cast.ts"

/** One `/kudos` and its outcome, drawn before the soak starts. */
export interface Errand {
  readonly index: number
  /** Milliseconds from the start, like all times of a plan. */
  readonly at: number
  readonly sender: Person
  readonly recipient: Person
  readonly owner: Owner
  /** Unique among the errands: it tells which request a message is about if the message has no code. */
  readonly amount: string
  readonly ending: Ending
  /** Milliseconds from the moment when the owner can decide to their decision. */
  readonly thinkMillis: number
}

/** The owner decides by the card's button, or at Mochi without the bot. */
export type Ending =
  | { readonly by: "button"; readonly decision: "approved" | "rejected" }
  | { readonly by: "Mochi"; readonly decision: "approved" | "rejected" | "expired" | "failed" }

/** The kill waits for this event, so that it hits the service in the middle of some work. */
export type Moment = "at once" | "message shown" | "acknowledged" | "create arrived" | "webhook answered"

export interface Kill {
  readonly at: number
  readonly moment: Moment
}

export interface Plan {
  readonly errands: ReadonlyArray<Errand>
  readonly kills: ReadonlyArray<Kill>
  /** When Discord drops the gateway's socket. */
  readonly cuts: ReadonlyArray<number>
}

const killEvery = 10_000
/** A kill comes earlier or later by this much at most. */
const killPhase = 2_000
/** On average. */
const kudosEvery = 600
const longestThinkMillis = 3_000

/** The same length and seed give the same plan. */
export const planOf = ({ millis, seed }: { readonly millis: number; readonly seed: number }): Plan => {
  const random = new Utils.PCGRandom(seed)
  const pick = <A>(from: ReadonlyArray<A>): A => {
    const found = from[random.integer(from.length)]
    if (found === undefined) throw new Error("there is nothing to pick from")
    return found
  }
  const kills = Array.from({ length: Math.max(1, Math.floor(millis / killEvery)) }, (_, index) => ({
    at: Math.min(millis, (index + 1) * killEvery) + (random.number() * 2 - 1) * killPhase,
    moment: pick(moments)
  }))
  const errands: Array<Errand> = []
  for (let at = 0; at < millis; at += kudosEvery * (0.5 + random.number())) {
    const index = errands.length
    errands.push({
      index,
      at,
      sender: pick(senders),
      recipient: pick(recipients),
      owner: pick(owners),
      amount: amountOf(1 + random.integer(50), index),
      ending: pick(endings),
      thinkMillis: random.number() * longestThinkMillis
    })
  }
  const cuts = kills.filter(() => random.number() < 0.5).map(({ at }) => at - killEvery / 2)
  return { errands, kills, cuts }
}

/** `3.00001`: the six decimals are the errand's number, without trailing zeros as in the bot's answers. */
const amountOf = (whole: number, index: number): string =>
  `${whole}.${String(index + 1).padStart(6, "0")}`.replace(/0+$/, "")

const moments: ReadonlyArray<Moment> = [
  "at once",
  "message shown",
  "acknowledged",
  "create arrived",
  "webhook answered"
]

const endings: ReadonlyArray<Ending> = [
  ...Array.from({ length: 6 }, (): Ending => ({ by: "button", decision: "approved" })),
  ...Array.from({ length: 3 }, (): Ending => ({ by: "button", decision: "rejected" })),
  ...Array.from({ length: 2 }, (): Ending => ({ by: "Mochi", decision: "approved" })),
  ...Array.from({ length: 2 }, (): Ending => ({ by: "Mochi", decision: "rejected" })),
  { by: "Mochi", decision: "expired" },
  { by: "Mochi", decision: "failed" }
]
