import { expect, it } from "@effect/vitest"
import { Effect, Either, Option } from "effect"
import { describeFaults } from "../../src/config/Settings.ts"
import { readSandboxSettings } from "../../sandbox/settings.ts"

const read = (environment: Readonly<Record<string, string>>) =>
  Effect.runSync(Effect.either(readSandboxSettings(environment)))

const traceUrl = (SANDBOX_TRACE_URL: string) => Either.getOrThrow(read({ SANDBOX_TRACE_URL })).traceUrl

it("without variables the page is on loopback and traces are copied", () => {
  expect(read({})).toEqual(Either.right({ host: "127.0.0.1", port: 4000, traceUrl: Option.none() }))
  expect(traceUrl(" ")).toEqual(Option.none())
})

it("Jaeger's address is enough, another store says where the id goes", () => {
  expect(traceUrl("http://localhost:16686/")).toEqual(Option.some("http://localhost:16686/trace/{trace_id}"))
  expect(traceUrl("https://tempo.example/explore?id={trace_id}")).toEqual(
    Option.some("https://tempo.example/explore?id={trace_id}")
  )
})

it.each(["jaeger:16686", "javascript:alert(1)", "not a url"])("%s is refused by the variable's name", url => {
  const result = read({ SANDBOX_TRACE_URL: url })
  expect(Either.isLeft(result) && describeFaults(result.left)).toEqual([
    expect.stringContaining("SANDBOX_TRACE_URL")
  ])
})
