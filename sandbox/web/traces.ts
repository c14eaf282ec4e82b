import type { Snapshot } from "../mochi/snapshot.ts"

/** Where an answer's trace can be learned: by interaction, and by request code. */
export interface Traces {
  readonly byInteraction: ReadonlyMap<string, string>
  readonly byRequest: ReadonlyMap<string, string>
}

/** From what reached Mochi, since every call and webhook carries `traceparent`. */
export const tracesOf = ({ calls, webhooks }: Pick<Snapshot, "calls" | "webhooks">): Traces => ({
  byInteraction: new Map(
    calls.flatMap(({ headers }) => {
      // The interaction is the whole key of a create, and the last part of a decision's.
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
