import { defineConfig } from "vitest/config"
import base from "./vitest.config.ts"

/** Against a real Prometheus and its promtool, which Debian's package `prometheus` brings. */
export default defineConfig({ test: { ...base.test, include: ["test/otel/**/*.test.ts"], exclude: [] } })
