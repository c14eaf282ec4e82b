/** What stands for every value that got no label of its own. */
const rest = "other"

/**
 * A label for each value that comes, and none too many: what is longer, and what comes after `most` others, is `other`.
 * A series lasts as long as the process, so that no label is ever given up for another.
 */
export const boundedLabel = (bounds: {
  /** UTF-16 units. */
  readonly longest: number
  readonly most: number
}): ((value: string) => string) => {
  const known = new Set<string>()
  return value => {
    if (known.has(value)) return value
    if (value.length > bounds.longest || known.size >= bounds.most) return rest
    known.add(value)
    return value
  }
}
