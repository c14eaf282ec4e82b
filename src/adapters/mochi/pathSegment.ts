import { Option } from "effect"

/**
 * Fills `/{name}` places of a path with percent-encoded values. None if a value must not enter a URL: `.` and `..` steer it
 * even when encoded, an empty value shifts the segments, and a lone surrogate has no encoding.
 */
export const expandPath = (
  template: string,
  values: Readonly<Record<string, string>>
): Option.Option<string> => {
  let isSafe = true
  const path = template.replace(/\/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? ""
    isSafe &&= mayEnter(value)
    return isSafe ? `/${encodeURIComponent(value)}` : ""
  })
  return isSafe ? Option.some(path) : Option.none()
}

const mayEnter = (value: string): boolean =>
  value !== "" && value !== "." && value !== ".." && value.isWellFormed()
