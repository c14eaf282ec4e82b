export interface Target {
  /** As the client sent it, percent-encoding included. */
  readonly path: string
  readonly query: string
}

/** Splits the target of a request as text: `new URL` throws at targets such as `//`, which anybody may send. */
export const targetOf = (url: string | undefined): Target => {
  const [path = "", ...query] = (url ?? "/").split("?")
  return { path, query: query.join("?") }
}
