/**
 * Node's HTTP server as strangers may reach it: whatever they send, or do not send, costs a bounded amount of time and
 * memory, and ends no more than their own connection.
 */
import { createServer } from "node:http"
import type { IncomingMessage, Server } from "node:http"

/** Milliseconds for the headers of a request, from its first byte or from the connection's beginning. */
const headersWithin = 5_000
/** Milliseconds for a request with its body. */
const requestWithin = 10_000
/** Milliseconds that a connection is kept for another request. */
const keptAliveFor = 5_000
/** Milliseconds between two looks at the limits above: each of them may be exceeded by so much. */
const looksEvery = 1_000
/** One costs some 10 KB, and what has arrived on it, 64 KiB at most; those beyond are closed as they come. */
const mostConnections = 1_000
/**
 * What was refused before it was read is read so much further, unkept: who is cut off in the middle of sending never
 * reads the answer.
 */
const longestWaste = 1024 * 1024
/** So many refused requests are read further at the same time; beyond, a connection ends with its answer. */
const mostDraining = 128

/** Not listening yet. `fault` hears of what goes wrong with the server itself once it does. */
export const make = (fault: (error: Error) => void): Server => {
  const server = createServer({
    headersTimeout: headersWithin,
    requestTimeout: requestWithin,
    keepAliveTimeout: keptAliveFor,
    connectionsCheckingInterval: looksEvery,
    // Nothing here speaks another protocol, and on the socket of an upgrade nobody listens for errors.
    shouldUpgradeCallback: () => false
  })
  server.maxConnections = mostConnections
  const draining = new Set<IncomingMessage>()
  server.on("request", (request, response) => {
    response.once("finish", () => {
      if (!request.complete) drain(request, draining)
    })
  })
  server.on("listening", () => server.on("error", fault))
  return server
}

/** Node discards the rest of a request that was answered early, however long it is. */
const drain = (request: IncomingMessage, draining: Set<IncomingMessage>): void => {
  const { socket } = request
  if (draining.size >= mostDraining) {
    socket.destroySoon()
    return
  }
  draining.add(request)
  let wasted = 0
  const count = (part: Buffer) => {
    wasted += part.length
    if (request.complete) stop()
    else if (wasted > longestWaste) socket.destroy()
  }
  const stop = () => {
    draining.delete(request)
    socket.off("data", count).off("close", stop)
  }
  socket.on("data", count)
  socket.once("close", stop)
}
