import type { WriteStream } from "node:tty"
import { Effect, Layer, Logger, LogLevel, Option } from "effect"
import { Settings, type SettingsValues } from "../../config/Settings.ts"
import { withVisibleControls } from "../../domain/plainText.ts"
import { type LogEntry, logEntry } from "./logEntry.ts"
import { type Scrub, scrubWith } from "./scrub.ts"

/** Writes log lines to the stream: the service's to stdout, those of a command that prints data to stderr. */
export const layer = (stream: "stdout" | "stderr"): Layer.Layer<never, never, Settings> =>
  Layer.unwrapEffect(
    Effect.map(Settings, settings => {
      const out: WriteStream = process[stream]
      const isJson = Option.match(settings.logging.format, {
        onNone: () => !out.isTTY,
        onSome: format => format === "json"
      })
      const format = isJson ? jsonLine : prettyLine(out.isTTY === true)
      const logger = makeLogger(format, scrubWith(settings), line => out.write(line))
      return Layer.mergeAll(
        Logger.replace(Logger.defaultLogger, logger),
        Logger.minimumLogLevel(levels[settings.logging.level]),
        surviveClosedPipe(out)
      )
    })
  )

/** One line for each entry, without the line's end. */
export type Format = (entry: LogEntry) => string

export const makeLogger = (
  format: Format,
  scrub: Scrub,
  write: (line: string) => void
): Logger.Logger<unknown, void> => Logger.make(call => write(`${scrub(format(logEntry(call)))}\n`))

export const jsonLine: Format = ({ at, fields, level, message, span }) =>
  withVisibleControls(
    JSON.stringify({
      timestamp: at.toISOString(),
      level,
      message,
      ...Option.match(span, {
        onNone: () => ({}),
        onSome: ({ spanId, traceId }) => ({ trace_id: traceId, span_id: spanId })
      }),
      ...fields
    })
  )

export const prettyLine =
  (hasColor: boolean): Format =>
  ({ at, fields, level, message, span }) => {
    const paint = (code: number, text: string) => (hasColor ? `\u001b[${code}m${text}\u001b[0m` : text)
    const pairs = Object.entries(fields).map(
      ([key, value]) =>
        `${paint(2, `${plain(key)}=`)}${plain(typeof value === "string" ? value : JSON.stringify(value))}`
    )
    const trace = Option.match(span, {
      onNone: () => [],
      onSome: ({ traceId }) => [paint(2, `trace_id=${traceId}`)]
    })
    const words = [
      paint(2, at.toISOString().slice(11, 23)),
      paint(colors[level] ?? 0, level.toUpperCase().padEnd(5)),
      plain(message),
      ...pairs,
      ...trace
    ]
    return words.join(" ")
  }

/** Anybody may have written what the line says, and an operator reads it in a terminal. */
const plain = (text: string): string => withVisibleControls(text.replace(/[\r\n]+/g, "⏎ "))

const colors: Readonly<Record<string, number>> = { debug: 36, info: 32, warn: 33, error: 31, fatal: 31 }

const levels: Record<SettingsValues["logging"]["level"], LogLevel.LogLevel> = {
  trace: LogLevel.Trace,
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warn: LogLevel.Warning,
  error: LogLevel.Error,
  fatal: LogLevel.Fatal,
  none: LogLevel.None
}

/** The service must go on if the reader of its log goes away. */
const surviveClosedPipe = (out: WriteStream) =>
  Layer.scopedDiscard(
    Effect.acquireRelease(
      Effect.sync(() => {
        const ignore = () => {}
        out.on("error", ignore)
        return ignore
      }),
      ignore => Effect.sync(() => out.off("error", ignore))
    )
  )
