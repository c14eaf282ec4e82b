import { Redacted } from "effect"
import { Socket } from "node:net"
import { serverDropsClientAfter } from "./detection.ts"

/** Milliseconds without traffic after which TCP itself probes the other end. */
const keepAliveAfter = 5_000

/**
 * Sockets for PostgreSQL that end after `millis` without traffic: a network that drops packets reports nothing, and a
 * statement would wait as long as TCP does, which is a quarter of an hour or for ever.
 */
export const endingWhenSilent = (millis: number) => (): Socket => {
  const socket = keptAlive()
  socket.setTimeout(millis, () => socket.destroy(new Error(`no sign of life for ${millis} ms`)))
  return socket
}

/** For a connection that only listens, and may be idle for long. */
export const keptAlive = (): Socket => new Socket().setKeepAlive(true, keepAliveAfter)

/**
 * This program relies on these settings, whatever those of the database, its user or its server are: the text form of
 * values, and timeouts, so that neither a slow statement nor a lost client holds anybody up.
 */
const settings = {
  client_encoding: "UTF8",
  DateStyle: "ISO",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  standard_conforming_strings: "on",
  default_transaction_isolation: "read committed",
  idle_in_transaction_session_timeout: String(serverDropsClientAfter),
  tcp_keepalives_idle: "5",
  tcp_keepalives_interval: "2",
  tcp_keepalives_count: "3",
  tcp_user_timeout: String(serverDropsClientAfter)
}

/** The same database, for sessions that start with these settings; they override those in the URL. */
export const withSessionSettings = (
  url: Redacted.Redacted,
  more: Readonly<Record<string, string>> = {}
): Redacted.Redacted => {
  const changed = new URL(Redacted.value(url))
  const options = Object.entries({ ...settings, ...more }).map(
    ([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`
  )
  const before = changed.searchParams.get("options")
  changed.searchParams.set("options", [...(before === null ? [] : [before]), ...options].join(" "))
  return Redacted.make(changed.href)
}
