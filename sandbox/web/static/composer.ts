import type { CommandView } from "../wire.ts"
import { askOrToast } from "./api.ts"
import { makeCommandForm } from "./commandForm.ts"
import { avatar, button, byId, el } from "./dom.ts"
import { makeListbox } from "./listbox.ts"
import { channelOf, meOf, slugOf } from "./store.ts"
import type { Store } from "./store.ts"
import { toast } from "./toast.ts"

export interface Composer {
  /** Does the same as typing the command's name and picking it. */
  readonly start: (command: string) => void
}

/** The field for messages; a slash opens the list of the bot's commands. */
export const mountComposer = (store: Store): Composer => {
  const box = byId("composer")
  const listbox = makeListbox()
  const input = el("textarea", {
    attributes: {
      rows: 1,
      maxlength: 2000,
      "aria-label": "Message",
      enterkeyhint: "send",
      spellcheck: "false"
    }
  })
  const slash = button(
    "/",
    () => {
      input.value = "/"
      input.focus()
      offer()
    },
    { class: "slash", title: "The bot's commands", attributes: { "aria-label": "Show the bot's commands" } }
  )
  const text = el("div", { class: "text-line" }, slash, input)
  box.append(listbox.element, text)
  let place = ""

  const commands = () => {
    const state = store.get()
    const isDm = channelOf(state)?.kind === "dm"
    return (state.view.commands ?? []).filter(({ inDms, inGuilds }) => (isDm ? inDms : inGuilds))
  }

  const backToText = () => {
    listbox.hide()
    box.replaceChildren(listbox.element, text)
    input.value = ""
    listbox.attach(input)
    grow()
  }

  const fillIn = (command: CommandView) => {
    const state = store.get()
    listbox.hide()
    const form = makeCommandForm(command, {
      where: () => ({ person: meOf(store.get())?.id ?? "", channel: channelOf(store.get())?.id ?? "" }),
      people: state.view.people ?? [],
      listbox,
      close: () => {
        backToText()
        input.focus()
      }
    })
    box.replaceChildren(listbox.element, form.element)
    form.focus()
  }

  const offer = () => {
    if (!/^\/[^\n]*$/.test(input.value)) return listbox.hide()
    const typed = input.value.slice(1).trim().toLowerCase()
    const found = commands().filter(command => titleOf(command).includes(typed))
    const entries = found.map(command => ({
      key: titleOf(command),
      label: `/${titleOf(command)}`,
      detail: command.description,
      icon: avatar("Mochi", "bot", "tiny"),
      choose: () => fillIn(command)
    }))
    if (entries.length > 0) return listbox.show("Commands", { kind: "entries", entries })
    const isReady = (store.get().view.commands ?? []).length > 0
    const why = isReady ? "No command here has that name." : "The bot has not registered its commands yet."
    listbox.show("Commands", { kind: "note", text: why })
  }

  const say = async () => {
    const state = store.get()
    const [me, channel] = [meOf(state), channelOf(state)]
    const content = input.value
    if (me === undefined || channel === undefined || content.trim() === "") return
    if (await askOrToast({ _tag: "Say", person: me.id, channel: channel.id, content })) {
      input.value = ""
      grow()
    }
  }

  const grow = () => {
    input.style.height = "auto"
    input.style.height = `${Math.min(input.scrollHeight, 160)}px`
  }

  listbox.attach(input)
  input.addEventListener("input", () => {
    offer()
    grow()
  })
  input.addEventListener("blur", () => listbox.hide())
  input.addEventListener("keydown", event => {
    if (listbox.handleKey(event) || event.isComposing) return
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault()
      say()
    }
  })

  store.subscribe(state => {
    const channel = channelOf(state)
    if (channel === undefined) return
    const now = `${state.username}/${slugOf(channel)}`
    // A form belongs to one person in one channel: close it when either changes.
    if (place !== "" && place !== now) backToText()
    place = now
    const name = channel.kind === "dm" ? `@${channel.name}` : `#${channel.name}`
    input.placeholder = `Message ${name} — type / for commands`
  })

  return {
    start: name => {
      const command = commands().find(candidate => titleOf(candidate) === name)
      if (command === undefined) toast("The bot has not registered this command yet.")
      else fillIn(command)
    }
  }
}

const titleOf = ({ name, subcommand }: CommandView) => (subcommand === null ? name : `${name} ${subcommand}`)
