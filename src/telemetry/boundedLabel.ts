/** The label of every value that has none of its own. */
const other = "other"

/**
 * A label for each value, up to a bound: a value longer than `longest`, and each new one after `most` others, is `other`.
 * A series lasts as long as the process, so a label never makes room for another.
 */
export const boundedLabel = (bounds: {
  /** UTF-16 units. */
  readonly longest: number
  readonly most: number
}): ((value: string) => string) => {
  const labels = new Set<string>()
  return value => {
    if (labels.has(value)) return value
    if (value.length > bounds.longest || labels.size >= bounds.most) return other
    labels.add(value)
    return value
  }
}
