import type { Action, Done } from "../Actions.ts"
import { toast } from "./toast.ts"

export type Outcome =
  | { readonly ok: true; readonly done: Done }
  | { readonly ok: false; readonly why: string }

/** Asks the sandbox to do something; never throws. */
export const ask = async (action: Action, signal?: AbortSignal): Promise<Outcome> => {
  try {
    const response = await fetch("/do", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(action),
      ...(signal === undefined ? {} : { signal })
    })
    const body = await response.json()
    return response.ok
      ? { ok: true, done: body }
      : { ok: false, why: String(body.error ?? "The sandbox refused this.") }
  } catch {
    return { ok: false, why: "The sandbox does not answer. Is it still running?" }
  }
}

/** For an action whose success shows by itself. */
export const askOrToast = async (action: Action): Promise<boolean> => {
  const outcome = await ask(action)
  if (!outcome.ok) toast(outcome.why, "bad")
  return outcome.ok
}
