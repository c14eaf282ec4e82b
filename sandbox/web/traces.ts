import type { Snapshot } from "../mochi/snapshot.ts"

/** The traces of answers, by interaction and by request code. */
export interface Traces {
  readonly byInteraction: ReadonlyMap<string, string>
  readonly byRequest: ReadonlyMap<string, string>
}

/** Reads them from calls and webhooks, since each carries `traceparent`. */
export const tracesOf = ({ calls, webhooks }: Pick<Snapshot, "calls" | "webhooks">): Traces => ({
  byInteraction: new Map(
    calls.flatMap(({ headers }) => {
      // The interaction's id is the whole key of a create, and the last part of a decision's key.
      const interaction = headers["idempotency-key"]?.split(":").at(-1)
      const trace = traceOf(headers["traceparent"])
      return interaction !== undefined && trace !== null ? [[interaction, trace] as const] : []
    })
  ),
  byRequest: new Map(
    webhooks.flatMap(({ code, headers }) => {
      const trace = traceOf(headers["traceparent"])
      return code !== undefined && trace !== null ? [[code, trace] as const] : []
    })
  )
})

export const traceOf = (traceparent: string | undefined): string | null =>
  /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? "")?.[1] ?? null
