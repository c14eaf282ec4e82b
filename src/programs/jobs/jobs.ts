import { Effect } from "effect"
import type { JobKind } from "../../domain/Job.ts"
import { askMochi } from "./askMochi.ts"
import { deliver } from "./deliver.ts"
import type { JobProgram } from "./JobProgram.ts"

/**
 * More than Discord takes at a time: most of these wait for their turn to open a DM, and those that need none pass them.
 */
const deliveriesAtOnce = 400
const questionsAtOnce = 8

/** What runs the jobs of each kind, and how many of them at a time. */
export type Jobs = {
  readonly [Kind in JobKind]: { readonly atOnce: number; readonly program: JobProgram<Kind> }
}

/** Every kind of job, once. */
export const jobs = Effect.all({
  Deliver: Effect.map(deliver, program => ({ atOnce: deliveriesAtOnce, program })),
  AskMochi: Effect.map(askMochi, program => ({ atOnce: questionsAtOnce, program }))
})
