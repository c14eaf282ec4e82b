import { defineConfig } from "vitest/config"

/** Against a real Prometheus and its promtool, which Debian's package `prometheus` brings. */
export default defineConfig({
  test: {
    include: ["test/otel/**/*.test.ts"],
    globalSetup: ["test/support/postgresFolder.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks"
  }
})
