import { defineConfig } from "vitest/config"

/** What needs nothing but Node; `test:otel` and `test:browser` run the rest. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/otel/**", "test/browser/**"],
    globalSetup: ["test/support/postgresFolder.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Shared machines stall for seconds at a time: there, and only there, a test may show twice that it holds.
    retry: process.env["CI"] === "true" ? 2 : 0,
    pool: "forks"
  }
})
