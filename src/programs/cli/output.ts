import { Console, Effect, Stream } from "effect"

/** Data goes to stdout, and nothing else does. */
export const print = (text: string): Effect.Effect<void> => Console.log(text)

export const printJson = (value: unknown): Effect.Effect<void> => print(JSON.stringify(value, null, 2))

/** Columns as wide as what is in them. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  return all
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

/** Names on the left, values on the right. */
export const details = (entries: ReadonlyArray<readonly [name: string, value: string]>): string => {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")
}

/** What comes from people must not steer the operator's terminal. */
export const plain = (text: string): string =>
  text.replace(/\p{Cc}/gu, control => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`)

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`

/** As they come, so that no more of them is in memory than a piece: the console waits for a pipe or a file to take it. */
export const printPieces = <E, R>(pieces: Stream.Stream<string, E, R>): Effect.Effect<void, E, R> =>
  pieces.pipe(
    Stream.mapAccum("", (rest, piece) => {
      const text = rest + piece
      const end = text.lastIndexOf("\n")
      return [text.slice(end + 1), end < 0 ? [] : [text.slice(0, end)]] as const
    }),
    Stream.runForEach(whole => Effect.forEach(whole, print, { discard: true }))
  )
