import { Context } from "effect"
import type { Effect } from "effect"

export type Signal = "traces" | "metrics" | "logs"

/** `off`: not configured. `waiting`: no export has happened yet. */
export interface SignalHealth {
  readonly state: "off" | "waiting" | "ok" | "failing"
  /** When it began to fail, ISO 8601. */
  readonly since?: string
  /** Why it fails; carries no address and no secret. */
  readonly reason?: string
}

/** Whether telemetry arrives. A failing export is a detail: it never makes the service unready. */
export class ExportHealth extends Context.Tag("mochi/ports/ExportHealth")<
  ExportHealth,
  { readonly signals: Effect.Effect<Readonly<Record<Signal, SignalHealth>>> }
>() {}
