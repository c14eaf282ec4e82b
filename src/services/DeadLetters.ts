import { Effect } from "effect"
import type { Option } from "effect"
import type { Notification, NotificationId } from "../domain/Notification.ts"
import { Atomic } from "../ports/Atomic.ts"
import { NotificationLog } from "../ports/NotificationLog.ts"
import { Outbox } from "../ports/Outbox.ts"
import type { Job } from "../ports/Outbox.ts"

/** Brings notifications that were given up back into delivery. */
export class DeadLetters extends Effect.Service<DeadLetters>()("mochi/services/DeadLetters", {
  effect: Effect.gen(function* () {
    const atomic = yield* Atomic
    const log = yield* NotificationLog
    const outbox = yield* Outbox

    /** What was dead and waits again now; asked twice, the second time finds nothing dead. */
    const replay = Effect.fn("DeadLetters.replay")(function* (id: Option.Option<NotificationId>) {
      return yield* atomic.transaction(
        Effect.tap(log.revive(id), revived => outbox.put(revived.map(delivery)))
      )
    })

    return { replay }
  })
}) {}

const delivery = ({ audience, id, request }: Notification): Job => ({
  _tag: "Deliver",
  notification: id,
  request,
  audience
})
