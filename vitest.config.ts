import { configDefaults, defineConfig } from "vitest/config"
import { killing, pure } from "./test/run/groups.ts"
import { LongestFirst } from "./test/run/LongestFirst.ts"
import { RetriedTests } from "./test/run/RetriedTests.ts"

/** Milliseconds: a machine may stall for seconds at a time. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 }

/** What needs nothing but Node; `test:otel` and `test:browser` run the rest. */
export default defineConfig({
  test: {
    globalSetup: ["test/support/postgresFolder.ts"],
    reporters: ["default", new RetriedTests()],
    sequence: { sequencer: LongestFirst },
    poolOptions: {
      // Most of a file's time it waits, for a lease to lapse or a process to start: three of them keep two cores busy.
      forks: { minForks: 1, maxForks: 3 },
      threads: { minThreads: 1, maxThreads: 1, isolate: false }
    },
    projects: [
      { test: { ...patience, name: "pure", pool: "threads", include: [...pure] } },
      {
        test: {
          ...patience,
          name: "world",
          pool: "forks",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, "test/otel/**", "test/browser/**", ...pure, ...killing]
        }
      },
      {
        test: {
          ...patience,
          name: "killing",
          pool: "forks",
          include: [...killing],
          retry: process.env["CI"] === "true" ? 2 : 0
        }
      }
    ]
  }
})
