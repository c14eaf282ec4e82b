/**
 * Who takes part: the service; two anchors that do the same work without its guarantees; and the service of another
 * commit, if the command line names one.
 */
export const sides = ["service", "bare", "discord.js", "before"] as const
export type Side = (typeof sides)[number]

export type OfSides<A> = ReadonlyMap<Side, A>
