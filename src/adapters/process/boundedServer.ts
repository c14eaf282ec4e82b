/**
 * Node's HTTP server, fit for strangers: whatever a stranger sends, or does not send, costs a bounded amount of time and
 * memory, and ends no connection but their own.
 */
import { createServer } from "node:http"
import type { IncomingMessage, Server } from "node:http"

/** Milliseconds for the headers of a request, from its first byte or from the start of the connection. */
const headersWithin = 5_000
/** Milliseconds for a request with its body. */
const requestWithin = 10_000
/** Milliseconds for which the server keeps a connection for another request. */
const keptAliveFor = 5_000
/** Milliseconds between two looks at the limits above: a request may exceed each of them by that much. */
const looksEvery = 1_000
/** A connection costs some 10 KB, and 64 KiB of unread data at most; the server closes further ones as they come. */
const mostConnections = 1_000
/**
 * Bytes of a refused request that the server still reads, and throws away: a sender whose connection ends while it sends
 * never reads the answer.
 */
const longestWaste = 1024 * 1024
/** Refused requests that the server reads on at the same time; the connections of others end with their answers. */
const mostDraining = 128

/** The server does not listen yet. Once it does, `fault` gets every error of the server itself. */
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

/** Node discards the rest of a request after an early answer, however long it is; this bounds it. */
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
