import type { Payload } from "./Model.ts"

/** One REST request and its answer. */
export interface RequestRecord {
  readonly method: string
  /** The path with parameters named as in Discord's OpenAPI document, for example `/channels/{channel_id}/messages`. */
  readonly route: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly files: ReadonlyArray<{ readonly filename: string; readonly size: number }>
  readonly userAgent: string | null
  readonly contentType: string | null
  /** When the fake read the request, in milliseconds of its clock. */
  readonly at: number
  /** 0 if the fake cut the connection or left it hanging. */
  readonly status: number
  readonly response: unknown
}

export interface Recorder {
  readonly all: ReadonlyArray<RequestRecord>
  /** `POST /channels/{channel_id}/messages`, or a method or template alone. */
  readonly of: (route: string) => ReadonlyArray<RequestRecord>
  /** The number of 429 answers. */
  readonly rateLimited: () => number
  /** The number of 401, 403 and 429 answers; Discord bans an address at 10,000 in ten minutes. */
  readonly invalid: () => number
  readonly clear: () => void
  readonly add: (record: RequestRecord) => void
}

export const makeRecorder = (): Recorder => {
  const all: Array<RequestRecord> = []
  const count = (...statuses: ReadonlyArray<number>) =>
    all.filter(record => statuses.includes(record.status)).length
  return {
    all,
    of: route =>
      all.filter(record => [`${record.method} ${record.route}`, record.method, record.route].includes(route)),
    rateLimited: () => count(429),
    invalid: () => count(401, 403, 429),
    clear: () => {
      all.length = 0
    },
    add: record => {
      all.push(record)
    }
  }
}

/** A successful answer of a route. */
export interface Reply {
  readonly status: number
  readonly body?: Payload | ReadonlyArray<unknown>
}
