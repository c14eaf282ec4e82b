/**
 * The sentence of a failure, for an operator. Many of Effect's own errors say nothing themselves and have the reason in
 * their cause, however deep.
 */
export const messageOf = (error: unknown): string => {
  for (let at = error, depth = 0; at instanceof Error && depth < deepest; at = at.cause, depth++)
    if (!saysNothing.test(at.message)) return at.message
  return error instanceof Error
    ? `it failed without a reason (${error.name})`
    : "it failed for an unknown reason"
}

const deepest = 10

const saysNothing = /^(An error has occurred|An unknown error occurred( in .*)?)?$/
