/** Makes a folder that is gone at the end, and has an exception that nobody catches. */
import { Effect } from "effect"
import { mkdirSync, rmSync } from "node:fs"
import { runToOrderlyEnd } from "../../sandbox/orderlyEnd.ts"

const folder = process.argv[2] ?? ""

runToOrderlyEnd(
  Effect.acquireRelease(
    Effect.sync(() => mkdirSync(folder)),
    () => Effect.sync(() => rmSync(folder, { recursive: true }))
  ).pipe(
    Effect.tap(() =>
      Effect.sync(() =>
        setTimeout(() => {
          throw new Error("nobody catches this")
        })
      )
    ),
    Effect.zipRight(Effect.never),
    Effect.scoped
  )
)
