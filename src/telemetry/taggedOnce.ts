import { Metric } from "effect"

/**
 * A metric with a value for each tag. It is made when its values first occur, and kept: to make one costs more than to
 * update it. The values have to be closed words, since nothing is ever forgotten.
 */
export const taggedOnce = <Type, In, Out, const Tags extends ReadonlyArray<string>>(
  metric: Metric.Metric<Type, In, Out>,
  ...tags: Tags
) => {
  const made = new Map<string, Metric.Metric<Type, In, Out>>()
  return (values: Readonly<Record<Tags[number], string>>): Metric.Metric<Type, In, Out> => {
    const words = tags.map((tag: Tags[number]) => values[tag])
    const key = words.join("\n")
    const known = made.get(key)
    if (known !== undefined) return known
    const tagged = tags.reduce(
      (untagged, tag: Tags[number]) => Metric.tagged(untagged, tag, values[tag]),
      metric
    )
    made.set(key, tagged)
    return tagged
  }
}
