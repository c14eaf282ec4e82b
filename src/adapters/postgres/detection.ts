/**
 * How soon the loss of a connection, and the end of a process, is noticed: in milliseconds, each derived from the ones
 * before it. Whoever is cut off has to know it before anybody else may take its work.
 */

/** A session of its own asks the server this often whether it is still there… */
export const asksEvery = 500
/** …and takes it for lost where no answer came within this. */
export const sessionAnswersWithin = 3_000
/** So the holder of a session's lock knows by then, at the latest, that the lock may be somebody else's. */
export const sessionLossNoticedWithin = asksEvery + sessionAnswersWithin

/** A process renews its lease this often. */
export const renewsEvery = 1_000
/** Enough for a renewal that got no answer, a new connection, and one that did. */
export const leaseHoldsFor = renewsEvery + sessionAnswersWithin + 1_000
/** Between a look at one's own lease and a request's leaving, a process may be held up for the difference. */
export const leaseLapsesAfter = leaseHoldsFor + 3_000

/** A worker shows this often that it is at the jobs it took… */
export const touchesEvery = 2_000
/** …and loses them once it has not for longer than a lost role needs to be noticed and its work to be interrupted. */
export const jobLapsesAfter = touchesEvery + sessionLossNoticedWithin + 4_500

/** The server breaks off a statement after this… */
export const statementEndsWithin = 5_000
/** …so that a connection with neither a byte sent nor received for so much longer is dead, whatever TCP believes. */
export const silenceAllowed = 1_000
export const connectionSilentFor = statementEndsWithin + silenceAllowed
/** A place in the pool, or a new connection, comes within this, or the statement fails. */
export const connectsWithin = 5_000
/**
 * The server drops a client that shows no life for this long, and with it the locks of its session and its transaction:
 * later than that client notices, so that nobody takes a lock whose former holder still believes in it.
 */
export const serverDropsClientAfter = sessionLossNoticedWithin + connectionSilentFor + 500
