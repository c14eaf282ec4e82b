import { expect } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { ApplicationId, RequestCode, TraceId, UserId } from "../../src/domain/Ids.ts"
import { AuditLog } from "../../src/ports/AuditLog.ts"
import type { AuditFilter } from "../../src/ports/AuditLog.ts"
import { everything } from "./auditing.ts"
import { onEachStore } from "./eachStore.ts"

const entry = {
  actor: "123456789012345678",
  action: "approve",
  request: Option.some({ applicationId: ApplicationId.make("7"), code: RequestCode.make("A-1'; --") }),
  outcome: "done",
  traceId: Option.some(TraceId.make("0123456789abcdef0123456789abcdef"))
}

onEachStore("the audit log", it => {
  it.effect("keeps every field of an entry, in order", () =>
    Effect.gen(function* () {
      const audit = yield* AuditLog
      yield* audit.record(entry)
      yield* audit.record({
        actor: "operator",
        action: "commands_sync",
        request: Option.none(),
        outcome: "written 🎉",
        traceId: Option.none()
      })
      const [second, first] = yield* audit.list(everything, 2)
      expect(first).toMatchObject({ ...entry, subject: Option.none() })
      expect(second).toMatchObject({
        actor: "operator",
        action: "commands_sync",
        request: Option.none(),
        outcome: "written 🎉",
        traceId: Option.none()
      })
      expect(second!.id).toBeGreaterThan(first!.id)
    })
  )

  it.effect("lists newest first, by actor, action, request, person, time and place", () =>
    Effect.gen(function* () {
      const audit = yield* AuditLog
      const subject = UserId.make("323456789012345678")
      yield* audit.record({ ...entry, actor: subject, action: "listed_a" })
      yield* audit.record({
        ...entry,
        actor: "operator",
        action: "listed_b",
        request: Option.none(),
        subject
      })
      const actions = (filter: Partial<AuditFilter>, most = 100) =>
        Effect.map(audit.list({ ...everything, ...filter }, most), records =>
          records.map(({ action }) => action)
        )
      expect(yield* actions({}, 2)).toEqual(["listed_b", "listed_a"])
      expect(yield* actions({ actor: Option.some(subject) })).toEqual(["listed_a"])
      expect(yield* actions({ action: Option.some("listed_b") })).toEqual(["listed_b"])
      expect(yield* actions({ requestCode: Option.some(RequestCode.make("A-1'; --")) }, 1)).toEqual([
        "listed_a"
      ])
      expect(yield* actions({ person: Option.some(subject) })).toEqual(["listed_b", "listed_a"])
      expect(yield* actions({ since: Option.some(DateTime.unsafeMake("2100-01-01T00:00:00Z")) })).toEqual([])
      const [newest] = yield* audit.list(everything, 1)
      expect(JSON.stringify(newest)).not.toContain(subject)
      expect(yield* actions({ before: Option.some(newest!.id) }, 1)).toEqual(["listed_a"])
    })
  )
})
