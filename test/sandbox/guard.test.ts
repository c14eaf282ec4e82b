import { describe, expect, it } from "@effect/vitest"
import { isOurs } from "../../sandbox/guard.ts"

const host = "127.0.0.1:4000"

describe("who the page answers to", () => {
  it.each(["127.0.0.1:4000", "localhost:4000", "LOCALHOST:4000", "localhost", "[::1]:4000"])(
    "%s is this machine",
    host => expect(isOurs({ host, origin: undefined }, "127.0.0.1")).toBe(true)
  )

  it.each([
    undefined,
    "",
    "evil.example",
    "evil.example:4000",
    "127.0.0.1.evil.example:4000",
    "localhost:4000@evil.example",
    "127.0.0.1:4000 ",
    "0.0.0.0:4000",
    "192.168.1.5:4000"
  ])("%s is not", host => expect(isOurs({ host, origin: undefined }, "127.0.0.1")).toBe(false))

  it.each([
    "http://evil.example",
    "http://localhost:3000",
    "https://127.0.0.1:4000",
    "http://127.0.0.1",
    "null",
    ""
  ])("a page of the origin %s is refused", origin =>
    expect(isOurs({ host, origin }, "127.0.0.1")).toBe(false)
  )

  it("its own page is not", () => {
    expect(isOurs({ host, origin: "http://127.0.0.1:4000" }, "127.0.0.1")).toBe(true)
    expect(isOurs({ host: "[::1]:4000", origin: "http://[::1]:4000" }, "::1")).toBe(true)
  })

  it("a name that it was told to listen on is its own", () => {
    expect(isOurs({ host: "192.168.1.5:4000", origin: undefined }, "192.168.1.5")).toBe(true)
    expect(isOurs({ host: "192.168.1.5:4000", origin: undefined }, "0.0.0.0")).toBe(false)
    expect(isOurs({ host: "localhost:5000", origin: "http://localhost:5000" }, "0.0.0.0")).toBe(true)
  })
})
