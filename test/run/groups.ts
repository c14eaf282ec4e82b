/** Pure: no clock, no metric, no socket and no process, so that one worker runs them all without loading them again. */
export const pure: ReadonlyArray<string> = [
  "test/{architecture,contributing,limits}.test.ts",
  "test/adapters/discord/{RestPlan,customId,drawings,interactionSignature,markdown,pace}.test.ts",
  "test/adapters/http/**/*.test.ts",
  "test/adapters/mochi/{pathSegment,standardWebhooks,transportFault,webhookEvent,wireRequests}.test.ts",
  "test/config/**/*.test.ts",
  "test/domain/**/*.test.ts",
  "test/views/**/*.test.ts",
  "test/bench/{Table,statistics}.test.ts",
  "test/bench/soak/{oracle,plan,reading}.test.ts",
  "test/programs/cli/{options,output}.test.ts",
  "test/sandbox/{guard,settings}.test.ts",
  "test/sandbox/web/markdown.test.ts"
]

/**
 * They kill processes, stop them, or silence their connections, in the middle of whatever they do. A machine that stalls
 * for seconds does the same to them at a moment that no test foresees: in CI, and only here, a test may show at a second
 * or third try that it holds. `RetriedTests` prints which did.
 */
export const killing: ReadonlyArray<string> = [
  "test/adapters/postgres/embedded/EmbeddedPostgres.test.ts",
  "test/adapters/postgres/{Database,OutboxPgBoss,ProcessLease}.test.ts",
  "test/bench/soak/soak.test.ts",
  "test/e2e/{alone,crash,faults,partition,replicas,silence}.test.ts",
  "test/process/runMain.test.ts",
  "test/sandbox/ending.test.ts"
]

/** The files that take longest, the longest one first: whatever begins late ends late. */
export const longest: ReadonlyArray<string> = [
  "test/e2e/partition.test.ts",
  "test/e2e/crash.test.ts",
  "test/adapters/discord/Gateway.test.ts",
  "test/process/runMain.test.ts",
  "test/e2e/replicas.test.ts",
  "test/e2e/alone.test.ts",
  "test/e2e/statements.test.ts",
  "test/e2e/erasure.test.ts",
  "test/cli/operators.test.ts",
  "test/bench/soak/soak.test.ts",
  "test/e2e/silence.test.ts",
  "test/adapters/postgres/ProcessLease.test.ts",
  "test/e2e/answers.test.ts",
  "test/e2e/deliveries.test.ts",
  "test/adapters/postgres/Database.test.ts",
  "test/e2e/buttons.test.ts",
  "test/e2e/faults.test.ts",
  "test/sandbox/ending.test.ts",
  "test/adapters/process/boundedServer.test.ts",
  "test/adapters/postgres/embedded/EmbeddedPostgres.test.ts",
  "test/sandbox/tour.test.ts",
  "test/adapters/postgres/OutboxPgBoss.test.ts",
  "test/main.test.ts",
  "test/e2e/webhooks.test.ts",
  "test/e2e/notifications.test.ts",
  "test/cli/doctor.test.ts",
  "test/adapters/discord/Rest.test.ts",
  "test/e2e/slowMochi.test.ts",
  "test/sandbox/readiness.test.ts",
  "test/e2e/kudos.test.ts"
]
