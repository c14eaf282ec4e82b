import { sides } from "./sides.ts"
import type { OfSides, Side } from "./sides.ts"

/** One figure of each side that was measured; the target is the service's. */
export interface Row {
  readonly figure: string
  readonly unit: string
  readonly values: OfSides<number>
  readonly target?: Target
}

/** `times`: a multiple of an anchor's figure, or `orAtMost` in the row's unit, whichever is more. */
export type Target =
  | { readonly atMost: number }
  | { readonly atLeast: number }
  | { readonly times: number; readonly of: Exclude<Side, "service">; readonly orAtMost?: number }

export interface Table {
  readonly title: string
  /** How the bench measured it. */
  readonly note: string
  readonly rows: ReadonlyArray<Row>
}

/** A row of what `value` finds in each side's measurement. */
export const rowOf = <A>(
  figure: string,
  unit: string,
  measured: OfSides<A>,
  value: (measured: A) => number,
  target?: Target
): Row => ({
  figure,
  unit,
  values: new Map([...measured].map(([side, found]) => [side, value(found)])),
  ...(target === undefined ? {} : { target })
})

/** A row about the service alone. */
export const serviceRow = (figure: string, unit: string, service: number, target?: Target): Row =>
  rowOf(figure, unit, new Map([["service", service]]), value => value, target)

/** A figure that was not measured, or not a number, meets nothing. */
export const isMet = (row: Row): boolean => {
  const { target, values } = row
  if (target === undefined) return true
  const service = values.get("service") ?? Number.NaN
  return "atLeast" in target ? service >= target.atLeast : service <= mostOf(target, values)
}

const mostOf = (target: Exclude<Target, { readonly atLeast: number }>, values: OfSides<number>): number => {
  if ("atMost" in target) return target.atMost
  const times = target.times * (values.get(target.of) ?? Number.NaN)
  return target.orAtMost === undefined ? times : Math.max(times, target.orAtMost)
}

/** Draws columns only for sides that have a figure. */
export const drawTable = ({ note, rows, title }: Table): string => {
  const shown = sides.filter(side => rows.some(({ values }) => values.has(side)))
  const headings = shown.flatMap(side => (side === "service" ? [side] : [side, "ratio"]))
  const cells = [["", ...headings, "target"], ...rows.map(row => cellsOf(row, shown))]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0))) ?? []
  const lines = cells.map(row =>
    row
      .map((cell, column) => padded(cell, column, widths))
      .join("  ")
      .trimEnd()
  )
  return [`== ${title}`, note, "", ...lines, ""].join("\n")
}

/** Figures are aligned to the right, words to the left. */
const padded = (cell: string, column: number, widths: ReadonlyArray<number>): string => {
  const width = widths[column] ?? 0
  return column === 0 || column === widths.length - 1 ? cell.padEnd(width) : cell.padStart(width)
}

const cellsOf = (row: Row, shown: ReadonlyArray<Side>): ReadonlyArray<string> => {
  const { figure, unit, values } = row
  const service = values.get("service")
  const ofSides = shown.flatMap(side => {
    const value = values.get(side)
    const cell = value === undefined ? "" : `${plain(value)} ${unit}`.trimEnd()
    return side === "service" ? [cell] : [cell, ratio(service, value)]
  })
  return [figure, ...ofSides, verdict(row)]
}

const ratio = (service: number | undefined, other: number | undefined): string =>
  service === undefined || other === undefined || other === 0 ? "" : (service / other).toFixed(2)

const verdict = (row: Row): string =>
  row.target === undefined ? "" : `${targetText(row, row.target)}: ${isMet(row) ? "met" : "NOT MET"}`

const targetText = ({ unit, values }: Row, target: Target): string => {
  if ("atLeast" in target) return `>= ${target.atLeast} ${unit}`.trimEnd()
  const most = `<= ${plain(mostOf(target, values))} ${unit}`.trimEnd()
  if ("atMost" in target) return most
  const alternative = target.orAtMost === undefined ? "" : `, or ${target.orAtMost} ${unit}`
  return `${most} (${target.times} x ${target.of}${alternative})`
}

const plain = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0)
