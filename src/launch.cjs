"use strict"

// Loaded before everything else (`node --require`), and therefore plain JavaScript, which any Node understands.

const needed = 24
const running = process.versions.node

if (Number.parseInt(running, 10) < needed) {
  console.error(
    `Node ${needed} or newer is needed, and this is ${running}. On Linux \`npm ci\` brings it along, unless it leaves out optional dependencies; otherwise install it.`
  )
  process.exit(1)
}

// Nothing runs yet that has to end in order, and the first process of a container does not end on a signal by itself.
const isCommand = /cli\.ts$/.test(process.argv[1] ?? "")
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
  process.on(signal, () => process.exit(isCommand ? 130 : 0))
