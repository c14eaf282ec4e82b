import { Effect } from "effect"

export interface PaceOptions {
  /** Requests that the receiver takes in any second. */
  readonly perSecond: number
  /** Milliseconds between two of them at least, so that not all answers come at once. */
  readonly everyMillis: number
  /** Milliseconds after which a request without an answer counts as received. */
  readonly lostAfterMillis: number
}

/** One request's turn. */
export interface Turn {
  /** When it may leave. */
  readonly come: Promise<void>
  /** It leaves now: it may have waited for a connection since its turn came. Not needed otherwise. */
  readonly leaves: () => void
  /** Its answer has come, or it is given up; also while it waits. */
  readonly end: () => void
}

export interface Pace {
  readonly queue: () => Turn
  /** Lets nobody pass for so many milliseconds. */
  readonly hold: (millis: number) => void
}

/** Milliseconds by which a way may suddenly get shorter: at most by all of it, and rarely by more than this. */
const mostGained = 20
/** Milliseconds: a receiver may count with a clock that knows no less. */
const clockStep = 1
const second = 1000
/** Latest answers whose times are known. */
const mostKnown = 50

interface Place {
  sentAt: number
  /** Infinite until then. */
  answeredAt: number
}

/**
 * Lets requests pass in order, so that the receiver counts no more than `perSecond` in any second of its own, wherever that
 * begins. When it counts one is not known: at its answer at the latest. So a place is free a second after that, less the
 * shortest time that an answer lately took, since all requests take that long. The next may still be faster than that, and
 * likely by less than the times of the fastest fifth differ: the place stays taken for that long too.
 */
export const makePace = ({ everyMillis, lostAfterMillis, perSecond }: PaceOptions): Pace => {
  /** In the order in which they wait; the first passes next. */
  const waiting = new Map<Turn, () => void>()
  const passed = new Map<Turn, Place>()
  /** How long the latest answers took; and of these, the shortest, and the longest of the shortest fifth. */
  let latest: ReadonlyArray<number> = []
  let shortest = 0
  let short = 0
  let notBefore = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const nextAt = (now: number): number => {
    let firstFree = Number.POSITIVE_INFINITY
    for (const [turn, { answeredAt, sentAt }] of passed) {
      const usual = sentAt + Math.min(shortest, mostGained)
      const delayed = Math.min(answeredAt - shortest + (short - shortest), sentAt + lostAfterMillis)
      const freeAt = Math.max(usual, delayed) + clockStep + second
      if (freeAt <= now) passed.delete(turn)
      else firstFree = Math.min(firstFree, freeAt)
    }
    return passed.size < perSecond ? notBefore : Math.max(notBefore, firstFree)
  }

  const serve = () => {
    clearTimeout(timer)
    for (const [turn, pass] of waiting) {
      const now = performance.now()
      const wait = nextAt(now) - now
      if (wait > 0) {
        timer = setTimeout(serve, Math.ceil(wait))
        return
      }
      waiting.delete(turn)
      passed.set(turn, { sentAt: now, answeredAt: Number.POSITIVE_INFINITY })
      notBefore = now + everyMillis
      pass()
    }
  }

  const leave = (turn: Turn) => {
    const place = passed.get(turn) ?? { sentAt: 0, answeredAt: Number.POSITIVE_INFINITY }
    place.sentAt = performance.now()
    passed.set(turn, place)
  }

  const end = (turn: Turn) => {
    const pass = waiting.get(turn)
    waiting.delete(turn)
    pass?.()
    const place = passed.get(turn)
    if (place?.answeredAt === Number.POSITIVE_INFINITY) {
      place.answeredAt = performance.now()
      latest = [...latest, place.answeredAt - place.sentAt].slice(-mostKnown)
      const sorted = latest.toSorted((a, b) => a - b)
      shortest = sorted[0] ?? 0
      short = sorted[Math.floor(sorted.length / 5)] ?? shortest
    }
    serve()
  }

  return {
    queue: () => {
      let pass = () => {}
      const come = new Promise<void>(resolve => {
        pass = resolve
      })
      const turn: Turn = { come, leaves: () => leave(turn), end: () => end(turn) }
      waiting.set(turn, pass)
      serve()
      return turn
    },
    hold: millis => {
      notBefore = Math.max(notBefore, performance.now() + millis)
    }
  }
}

/** Work that is one request, from its turn to its answer. */
export const inTurn = <A, E, R>(pace: Pace, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const turn = pace.queue()
    return Effect.promise(() => turn.come).pipe(Effect.zipRight(work), Effect.ensuring(Effect.sync(turn.end)))
  })
