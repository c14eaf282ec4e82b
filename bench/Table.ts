/** One figure of the service, beside that of the discord.js bot if the bot does the same work. */
export interface Row {
  readonly figure: string
  readonly unit: string
  readonly service: number
  readonly anchor?: number
  /** The same of the service in another checkout. */
  readonly before?: number
  /** The target for the service. */
  readonly wanted?: Wanted
}

export type Wanted = { readonly atMost: number } | { readonly atLeast: number }

export interface Table {
  readonly title: string
  /** How the bench measured it. */
  readonly note: string
  readonly rows: ReadonlyArray<Row>
}

const headings = ["", "service", "discord.js 14", "ratio", "before", "ratio", "wanted"]

export const drawTable = ({ note, rows, title }: Table): string => {
  const cells = [headings, ...rows.map(cellsOf)]
  const widths = headings.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  const lines = cells.map(row =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
      )
      .join("  ")
      .trimEnd()
  )
  return [`== ${title}`, note, "", ...lines, ""].join("\n")
}

export const isMet = ({ service, wanted }: Row): boolean => {
  if (wanted === undefined) return true
  return "atMost" in wanted ? service <= wanted.atMost : service >= wanted.atLeast
}

const cellsOf = (row: Row): ReadonlyArray<string> => {
  const { anchor, before, figure, service, unit, wanted } = row
  return [
    figure,
    `${plain(service)} ${unit}`,
    anchor === undefined ? "" : `${plain(anchor)} ${unit}`,
    ratio(service, anchor),
    before === undefined ? "" : `${plain(before)} ${unit}`,
    ratio(service, before),
    wanted === undefined ? "" : `${wantedText(wanted)} ${unit}: ${isMet(row) ? "met" : "NOT MET"}`
  ]
}

const ratio = (service: number, other: number | undefined): string =>
  other === undefined || other === 0 ? "" : (service / other).toFixed(2)

const wantedText = (wanted: Wanted) => ("atMost" in wanted ? `<= ${wanted.atMost}` : `>= ${wanted.atLeast}`)

const plain = (value: number) =>
  Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0)
