import { ApplicationId, RequestCode } from "../../src/domain/Ids.ts"
import type { Job } from "../../src/domain/Job.ts"
import { NotificationId } from "../../src/domain/Notification.ts"
import type { Audience } from "../../src/domain/Notification.ts"

const requestOf = (code: string) => ({
  applicationId: ApplicationId.make("123"),
  code: RequestCode.make(code)
})

/** `mark` tells jobs of one key apart. */
export const deliver = (code: string, mark = 0, audience: Audience = "owner"): Job => ({
  _tag: "Deliver",
  notification: NotificationId.make(`00000000-0000-4000-8000-${String(mark).padStart(12, "0")}`),
  request: requestOf(code),
  audience
})

export const ask = (code: string): Job => ({ _tag: "AskMochi", request: requestOf(code), attempt: 1 })
