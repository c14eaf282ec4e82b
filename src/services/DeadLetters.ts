import { Effect } from "effect"
import type { Option } from "effect"
import { deliveryOf } from "../domain/Job.ts"
import type { NotificationId } from "../domain/Notification.ts"
import { Atomic } from "../ports/Atomic.ts"
import { NotificationLog } from "../ports/NotificationLog.ts"
import { Outbox } from "../ports/Outbox.ts"

/** Brings notifications that were given up back into delivery. */
export class DeadLetters extends Effect.Service<DeadLetters>()("mochi/services/DeadLetters", {
  effect: Effect.gen(function* () {
    const atomic = yield* Atomic
    const log = yield* NotificationLog
    const outbox = yield* Outbox

    /** Returns the notifications that were dead and wait again now: a second call finds none. */
    const replay = Effect.fnUntraced(function* (id: Option.Option<NotificationId>) {
      return yield* atomic.transaction(
        Effect.tap(log.revive(id), revived => outbox.put(revived.map(deliveryOf)))
      )
    })

    return { replay }
  })
}) {}
