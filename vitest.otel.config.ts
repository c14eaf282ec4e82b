import { defineConfig, mergeConfig } from "vitest/config"
import base from "./vitest.config.ts"

/** Against a real Prometheus and its promtool, which Debian's package `prometheus` brings. */
export default mergeConfig(base, defineConfig({ test: { include: ["test/otel/**/*.test.ts"], exclude: [] } }))
