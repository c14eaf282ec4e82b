import { Console, Effect, Stream } from "effect"
import { linesWithVisibleControls, withVisibleControls } from "../../domain/plainText.ts"

/** Data goes to stdout, and nothing else does. Whatever of it comes from people, it does not steer a terminal. */
export const print = (text: string): Effect.Effect<void> => Console.log(linesWithVisibleControls(text))

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

/** What comes from people, on one line and as wide as it looks. */
export const plain = withVisibleControls

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
