import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect: unknown = runInNewContext("gc")

/** Bytes of the heap in use after a garbage collection. */
export const heapInUse = (): number => {
  if (typeof collect === "function") collect()
  return process.memoryUsage().heapUsed
}
