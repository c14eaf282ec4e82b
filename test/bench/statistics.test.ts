import { describe, expect, it } from "vitest"
import { median, percentile } from "../../bench/statistics.ts"

const upTo = (last: number) => Array.from({ length: last }, (_, index) => last - index)

describe("percentile", () => {
  it("is the smallest sample that so large a share does not exceed", () => {
    expect(percentile(upTo(100), 0.5)).toBe(50)
    expect(percentile(upTo(100), 0.99)).toBe(99)
    expect(percentile(upTo(10), 0.95)).toBe(10)
    expect(percentile([7], 0.5)).toBe(7)
  })

  it("of nothing is no number", () => {
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe("median", () => {
  it("is the sample in the middle, or the mean of the two there", () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
  })
})
