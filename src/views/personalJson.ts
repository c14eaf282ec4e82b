import { DateTime, Stream } from "effect"

/** An export as the file that a person gets, and as the command line prints it, piece by piece: one row a line. */
export const personalJson = <E>(data: {
  readonly userId: string
  readonly profileIds: ReadonlyArray<string>
  readonly exportedAt: DateTime.Utc
  readonly stored: ReadonlyArray<{ readonly table: string; readonly rows: Stream.Stream<string, E> }>
}): Stream.Stream<string, E> => {
  const head = {
    discord_user_id: data.userId,
    mochi_profile_ids: data.profileIds,
    exported_at: DateTime.formatIso(data.exportedAt)
  }
  const opening = `${JSON.stringify(head, null, 2).slice(0, -"\n}".length)},\n  "stored": {`
  const tables = Stream.flatMap(Stream.zipWithIndex(Stream.fromIterable(data.stored)), ([each, index]) =>
    Stream.make(`${index === 0 ? "" : ","}\n    ${JSON.stringify(each.table)}: [`).pipe(
      Stream.concat(lines(each.rows)),
      Stream.concat(Stream.make("]"))
    )
  )
  return Stream.make(opening).pipe(Stream.concat(tables), Stream.concat(Stream.make("\n  }\n}\n")))
}

const lines = <E>(rows: Stream.Stream<string, E>): Stream.Stream<string, E> =>
  Stream.map(Stream.zipWithIndex(rows), ([row, index]) => `${index === 0 ? "" : ","}\n      ${row}`)
