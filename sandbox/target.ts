export interface Target {
  /** As it was sent, percent-encoding included. */
  readonly path: string
  readonly query: string
}

/** What a request asks for, as text: `new URL` throws at targets such as `//`, which anybody may send. */
export const targetOf = (url: string | undefined): Target => {
  const [path = "", ...query] = (url ?? "/").split("?")
  return { path, query: query.join("?") }
}
