import { Option } from "effect"
import type { AuditFilter } from "../../src/ports/AuditLog.ts"

/** Leaves no entry out. */
export const everything: AuditFilter = {
  actor: Option.none(),
  action: Option.none(),
  requestCode: Option.none(),
  person: Option.none(),
  since: Option.none(),
  before: Option.none()
}
