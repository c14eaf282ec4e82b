import type { Finding } from "../doctor.ts"

export const ok = (check: string, detail: string): Finding => ({ check, state: "ok", detail })

export const skipped = (check: string, detail: string): Finding => ({ check, state: "skipped", detail })

export const failed = (check: string, detail: string, fix: string): Finding => ({
  check,
  state: "failed",
  detail,
  fix
})
