import { describe, expect, it } from "vitest"
import { drawTable, isMet, rowOf, serviceRow } from "../../bench/Table.ts"
import type { OfSides } from "../../bench/sides.ts"
import type { Target } from "../../bench/Table.ts"

const measured = (service: number, bare: number): OfSides<number> =>
  new Map([
    ["service", service],
    ["bare", bare]
  ])

const met = (service: number, bare: number, target: Target) =>
  isMet(rowOf("a figure", "ms", measured(service, bare), value => value, target))

describe("a target", () => {
  it("is a bound on the service's figure, the bound itself included", () => {
    expect(met(10, 1, { atMost: 10 })).toBe(true)
    expect(met(10.1, 1, { atMost: 10 })).toBe(false)
    expect(met(97, 1, { atLeast: 97 })).toBe(true)
    expect(met(96.9, 1, { atLeast: 97 })).toBe(false)
  })

  it("may be a multiple of an anchor's figure of the same run", () => {
    expect(met(4.6, 2, { times: 2.3, of: "bare" })).toBe(true)
    expect(met(4.7, 2, { times: 2.3, of: "bare" })).toBe(false)
  })

  it("may be a multiple or a fixed figure, whichever is more", () => {
    expect(met(10, 2, { times: 2, of: "bare", orAtMost: 10 })).toBe(true)
    expect(met(11, 2, { times: 2, of: "bare", orAtMost: 10 })).toBe(false)
    expect(met(16, 8, { times: 2, of: "bare", orAtMost: 10 })).toBe(true)
  })

  it("is not met by a figure that nobody measured", () => {
    expect(met(Number.NaN, 1, { atMost: 10 })).toBe(false)
    expect(met(Number.NaN, 1, { atLeast: 10 })).toBe(false)
    expect(met(5, 1, { times: 2, of: "discord.js" })).toBe(false)
    expect(met(5, Number.NaN, { times: 2, of: "bare", orAtMost: 10 })).toBe(false)
  })
})

describe("the table", () => {
  it("has a column for each side that was measured, with the service's ratio to it", () => {
    const rows = [
      rowOf("CPU", "ms", measured(8, 2), value => value, { times: 2, of: "bare" }),
      serviceRow("failed", "", 0, { atMost: 0 })
    ]
    expect(drawTable({ title: "Costs", note: "How.", rows }).split("\n")).toEqual([
      "== Costs",
      "How.",
      "",
      "        service  bare  ratio  target",
      "CPU        8 ms  2 ms   4.00  <= 4 ms (2 x bare): NOT MET",
      "failed        0               <= 0: met",
      ""
    ])
  })
})
