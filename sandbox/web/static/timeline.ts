import type { TimelineItem } from "../wire.ts"
import { avatar, byId, el } from "./dom.ts"
import { drawMessage, drawUnanswered } from "./message.ts"
import type { Names } from "./markup.ts"
import { channelOf, meOf } from "./store.ts"
import type { State, Store } from "./store.ts"

interface Drawn {
  /** The input of the drawing, as JSON. */
  readonly from: string
  readonly element: HTMLElement
}

/** Draws the messages of the open channel; those that have not changed keep their element, focus and selection. */
export const mountTimeline = (store: Store): void => {
  const box = byId("timeline")
  // People must reach the scrolling box by keyboard.
  box.tabIndex = 0
  let place = ""
  let drawn = new Map<string, Drawn>()

  const dismiss = (id: string) => store.set({ dismissed: new Set([...store.get().dismissed, id]) })

  const update = (state: State) => {
    const me = meOf(state)
    const channel = channelOf(state)
    const items = channel && state.view.timelines?.[channel.id]
    if (me === undefined || channel === undefined || items === undefined) return
    const names: Names = { people: state.view.people ?? [], channels: state.view.channels ?? [], me: me.id }
    const wasAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80
    const isNewPlace = place !== `${me.id}/${channel.id}`
    if (isNewPlace) {
      place = `${me.id}/${channel.id}`
      drawn = new Map()
    }
    const visible = items.filter(({ id }) => !state.dismissed.has(id))
    const traceUrl = state.view.settings?.traceUrl ?? null
    const next = new Map(
      visible.map((item, index): [string, Drawn] => {
        const continues = follows(visible[index - 1], item)
        const from = JSON.stringify([item, continues, names.people.length, traceUrl])
        const before = drawn.get(item.id)
        if (before?.from === from) return [item.id, before]
        const element =
          item._tag === "Message"
            ? drawMessage(item, { ...names, traceUrl, dismiss, continues })
            : drawUnanswered(item)
        return [item.id, { from, element }]
      })
    )
    const focused = [...drawn].find(([, { element }]) => element.contains(document.activeElement))
    arrange(
      box,
      [welcome(channel.kind, channel.name), ...[...next.values()].map(({ element }) => element)],
      isNewPlace
    )
    if (focused !== undefined && !box.contains(document.activeElement)) next.get(focused[0])?.element.focus()
    const hasNews = [...next.keys()].some(id => !drawn.has(id))
    drawn = next
    if (isNewPlace || (wasAtEnd && hasNews) || wasAtEnd) box.scrollTop = box.scrollHeight
  }

  store.subscribe(update)
  new ResizeObserver(() => {
    box.scrollTop = box.scrollHeight
  }).observe(box)
}

/** Puts the children of the box into this order and moves as few as possible. */
const arrange = (box: HTMLElement, wanted: ReadonlyArray<HTMLElement>, isNewPlace: boolean) => {
  if (isNewPlace) return box.replaceChildren(...wanted)
  const [head, ...rest] = wanted
  const keep = new Set<Node>(rest)
  const first = box.firstElementChild
  for (const child of [...box.children]) if (child !== first && !keep.has(child)) child.remove()
  if (first === null && head !== undefined) box.append(head)
  let before: Element | null = box.firstElementChild
  for (const element of rest) {
    if (before?.nextElementSibling !== element) before?.after(element)
    before = element
  }
}

const fiveMinutes = 300_000

const follows = (before: TimelineItem | undefined, item: TimelineItem): boolean =>
  before?._tag === "Message" &&
  item._tag === "Message" &&
  item.command === null &&
  before.author === item.author &&
  before.ephemeral === item.ephemeral &&
  item.embeds.length === 0 &&
  item.at - before.at < fiveMinutes

const welcome = (kind: "guild" | "dm", name: string) =>
  kind === "dm"
    ? el(
        "header",
        { class: "welcome" },
        avatar("Mochi", "bot", "large"),
        el("h2", { text: name }),
        el("p", { text: `This is the beginning of your direct messages with ${name}.` })
      )
    : el(
        "header",
        { class: "welcome" },
        el("span", { class: "hash", text: "#", attributes: { "aria-hidden": "true" } }),
        el("h2", { text: `Welcome to #${name}` }),
        el("p", { text: "Nothing here leaves this machine: Discord and Mochi are fakes, the bot is real." })
      )
