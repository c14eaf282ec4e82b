export type FaultEffect =
  /** `when`: before the work (the default), or after it. */
  | {
      readonly kind: "status"
      readonly status: number
      readonly body?: unknown
      readonly html?: string
      readonly when?: "before" | "after"
    }
  /** Accepts the request and never answers, with the work undone (before) or done (after). */
  | { readonly kind: "hang"; readonly when?: "before" | "after" }
  | {
      readonly kind: "rateLimit"
      readonly retryAfterMs: number
      readonly scope?: "user" | "global" | "shared"
      /** false: a bare 429 without rate limit headers. */
      readonly headers?: boolean
    }
  /** Cuts the connection before or after the work. */
  | { readonly kind: "cut"; readonly when: "before" | "after" }
  | { readonly kind: "latency"; readonly ms: number }

export interface Fault {
  /** `POST /channels/{channel_id}/messages`, a template alone, a RegExp over `METHOD /template`; by default every route. */
  readonly on?: string | RegExp
  /** A further condition besides `on`. */
  readonly where?: (request: { readonly path: string; readonly body: unknown }) => boolean
  /** How many requests the fault hits; by default all of them. */
  readonly times?: number
  /** Hits a request with this probability, from a generator that starts at `seed`. */
  readonly probability?: number
  readonly seed?: number
  readonly effect: FaultEffect
}

export interface Faults {
  /** The result removes the fault. */
  readonly add: (fault: Fault) => () => void
  readonly clear: () => void
  /** The faults that hit this request, in the order in which they were added. */
  readonly take: (
    route: string,
    request: { readonly path: string; readonly body: unknown }
  ) => ReadonlyArray<FaultEffect>
}

export const makeFaults = (): Faults => {
  const active = new Set<{ readonly fault: Fault; left: number; readonly random: () => number }>()
  return {
    add: fault => {
      const entry = {
        fault,
        left: fault.times ?? Number.POSITIVE_INFINITY,
        random: mulberry(fault.seed ?? 1)
      }
      active.add(entry)
      return () => {
        active.delete(entry)
      }
    },
    clear: () => active.clear(),
    take: (route, request) =>
      [...active].flatMap(entry => {
        const { effect, on, probability, where } = entry.fault
        const hits =
          matches(on, route) &&
          (where === undefined || where(request)) &&
          (probability === undefined || entry.random() < probability)
        if (!hits) return []
        entry.left -= 1
        if (entry.left <= 0) active.delete(entry)
        return [effect]
      })
  }
}

const matches = (on: Fault["on"], route: string) => {
  if (on === undefined) return true
  if (typeof on === "string") return route === on || route.endsWith(` ${on}`)
  return new RegExp(on.source, on.flags.replace("g", "")).test(route)
}

/** A small seeded random generator, so that a run can be repeated. */
const mulberry = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
