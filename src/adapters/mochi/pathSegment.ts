import { Option } from "effect"

/**
 * Fills `{name}` places of a path with percent-encoded values. None if a value must not enter a URL: `.` and `..` steer it
 * even when encoded, an empty value shifts the segments, and a lone surrogate has no encoding.
 */
export const expandPath = (
  template: string,
  values: Readonly<Record<string, string>>
): Option.Option<string> =>
  Option.all(
    template.split("/").map(part => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      return name === undefined ? Option.some(part) : encodeSegment(values[name] ?? "")
    })
  ).pipe(Option.map(parts => parts.join("/")))

const encodeSegment = (value: string): Option.Option<string> =>
  value === "" || value === "." || value === ".." || !value.isWellFormed()
    ? Option.none()
    : Option.some(encodeURIComponent(value))
