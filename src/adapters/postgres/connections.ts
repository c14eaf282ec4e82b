import { Redacted } from "effect"
import { Socket } from "node:net"
import { serverDropsClientAfter } from "./detection.ts"

/** Milliseconds without traffic after which TCP itself asks whether the other end is there. */
const keepAliveAfter = 5_000

/**
 * Sockets for PostgreSQL that end once nothing was sent or received for so many milliseconds: a way that swallows packets
 * tells nobody, and a statement would wait on it for as long as TCP does, which is a quarter of an hour or for ever.
 */
export const endingWhenSilent = (millis: number) => (): Socket => {
  const socket = keptAlive()
  socket.setTimeout(millis, () => socket.destroy(new Error(`no sign of life for ${millis} ms`)))
  return socket
}

/** For a connection that has nothing to say for long, and only listens. */
export const keptAlive = (): Socket => new Socket().setKeepAlive(true, keepAliveAfter)

/**
 * What this program relies on, whatever the database, its user or its server are set to: how values are written as text,
 * and that neither a slow statement nor a client that vanished holds anybody up.
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

/** The same database, for sessions that begin with these settings; they win over those that the URL names. */
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
