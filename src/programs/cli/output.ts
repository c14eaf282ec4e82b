import { Console, Effect, Stream } from "effect"
import { linesWithVisibleControls, withVisibleControls } from "../../domain/plainText.ts"

/** Only data goes to stdout. Text that people wrote cannot control the terminal. */
export const print = (text: string): Effect.Effect<void> => Console.log(linesWithVisibleControls(text))

export const printJson = (value: unknown): Effect.Effect<void> => print(JSON.stringify(value, null, 2))

/** Each column is as wide as its longest cell. */
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

/** Text that people wrote, on one line and with invisible characters spelled out: as wide as it looks. */
export const plain = withVisibleControls

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`

/** Prints pieces as they come, and holds one at a time: the console waits until a pipe or a file takes it. */
export const printPieces = <E, R>(pieces: Stream.Stream<string, E, R>): Effect.Effect<void, E, R> =>
  pieces.pipe(
    Stream.mapAccum("", (rest, piece) => {
      const text = rest + piece
      const end = text.lastIndexOf("\n")
      return [text.slice(end + 1), end < 0 ? [] : [text.slice(0, end)]] as const
    }),
    Stream.runForEach(whole => Effect.forEach(whole, print, { discard: true }))
  )

/** Ends if the reader closes the pipe before the end of a list: nobody wants the rest, and that is no failure. */
export const pipeCloses = Effect.async<void>(resume => {
  process.stdout.once("error", () => resume(Effect.void))
})

/** A pipe takes a long list only as fast as its reader reads, and a process that exits loses what it still holds. */
export const flushOutput = Effect.async<void>(resume => {
  process.stdout.write("", () => process.stderr.write("", () => resume(Effect.void)))
})
