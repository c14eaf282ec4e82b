/**
 * The fake's clock, in milliseconds. It runs with the real clock, and `advance` jumps ahead: what falls due on
 * the way happens in order. Sockets keep real time, so that a jump does not look like 15 minutes without a heartbeat.
 */
export interface WorldClock {
  readonly now: () => number
  readonly after: (delayMs: number, run: () => void) => () => void
  readonly advance: (ms: number) => void
  readonly stop: () => void
}

interface Alarm {
  readonly at: number
  readonly run: () => void
  handle: ReturnType<typeof setTimeout> | undefined
}

export const makeWorldClock = (): WorldClock => {
  let offset = 0
  const alarms = new Set<Alarm>()
  const now = () => Date.now() + offset

  const ring = (alarm: Alarm) => {
    clearTimeout(alarm.handle)
    if (alarms.delete(alarm)) alarm.run()
  }
  const arm = (alarm: Alarm) => {
    clearTimeout(alarm.handle)
    alarm.handle = setTimeout(() => ring(alarm), Math.max(0, alarm.at - now()))
    alarm.handle.unref()
  }

  return {
    now,
    after: (delayMs, run) => {
      const alarm: Alarm = { at: now() + delayMs, run, handle: undefined }
      alarms.add(alarm)
      arm(alarm)
      return () => {
        clearTimeout(alarm.handle)
        alarms.delete(alarm)
      }
    },
    advance: ms => {
      offset += ms
      const due = [...alarms].filter(alarm => alarm.at <= now()).sort((a, b) => a.at - b.at)
      for (const alarm of due) ring(alarm)
      for (const alarm of alarms) arm(alarm)
    },
    stop: () => {
      for (const alarm of alarms) clearTimeout(alarm.handle)
      alarms.clear()
    }
  }
}
