/**
 * How soon processes notice the loss of a connection and the end of a process: in milliseconds, each derived from the ones
 * before it. A process that is cut off has to notice before any other may take its work.
 */

/** A process's session queries the server this often… */
export const asksEvery = 1_000
/** …more often while it waits for a role that another process has… */
export const asksForRolesEvery = 500
/** …and counts as lost if no answer comes within this. */
export const sessionAnswersWithin = 2_500
/** So by then, the holder of a session's lock knows that another process may have the lock. */
export const sessionLossNoticedWithin = asksEvery + sessionAnswersWithin

/** Each of these queries renews the lease. Enough for one without an answer, a new connection, and a second one. */
export const leaseHoldsFor = asksEvery + sessionAnswersWithin + 1_500
/** A process may stall for the difference between checking its lease and sending a request. */
export const leaseLapsesAfter = leaseHoldsFor + 3_000

/** A worker sends a heartbeat for its jobs this often… */
export const touchesEvery = 2_000
/** …and loses them after this long without one: longer than it takes to notice a lost role and interrupt its work. */
export const jobLapsesAfter = touchesEvery + sessionLossNoticedWithin + 4_500

/** The server cancels a statement after this… */
export const statementEndsWithin = 5_000
/** …so a connection without traffic for this much longer is dead, whatever TCP reports. */
export const silenceAllowed = 1_000
export const connectionSilentFor = statementEndsWithin + silenceAllowed
/** A statement fails if it gets no connection, from the pool or new, within this. */
export const connectsWithin = 5_000
/**
 * The server drops a client that is silent for this long, and with it the locks of its session and its transaction: later
 * than the client notices, so that nobody takes a lock that its former holder still relies on.
 */
export const serverDropsClientAfter = sessionLossNoticedWithin + connectionSilentFor + 500
