/** Figures of several rounds: each is taken within a round, and the median round counts, so that one hiccup does not. */
import type { Round } from "./load.ts"
import { median, percentile } from "./statistics.ts"

type Rounds = ReadonlyArray<Round>

export const ackAt = (share: number) => (rounds: Rounds) =>
  median(rounds.map(({ acks }) => percentile(acks, share)))

export const answerAt = (share: number) => (rounds: Rounds) =>
  median(rounds.map(({ answers }) => percentile(answers, share)))

export const cpu = (rounds: Rounds) => median(rounds.map(({ cpuMillis }) => cpuMillis))

export const failures = (rounds: Rounds) => rounds.reduce((sum, round) => sum + round.failures, 0)

export const answered = (rounds: Rounds) => rounds.reduce((sum, { answers }) => sum + answers.length, 0)
