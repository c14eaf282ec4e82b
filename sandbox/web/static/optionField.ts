import type { OptionView, PersonView } from "../wire.ts"
import { avatar, el } from "./dom.ts"
import type { Entry, Listbox, Offer } from "./listbox.ts"

export type Value = string | number | boolean

export interface FieldContext {
  readonly listbox: Listbox
  readonly people: ReadonlyArray<PersonView>
  /** The bot's suggestions for this text; undefined if the person has typed more meanwhile. */
  readonly suggest: (option: OptionView, typed: string) => Promise<Suggestions | undefined>
  /** Called when the person has picked from the list. */
  readonly chosen: (from: OptionField) => void
  /** Called on Enter with nothing to pick. */
  readonly entered: (from: OptionField) => void
  readonly leave: () => void
}

export type Suggestions =
  | {
      readonly kind: "choices"
      readonly choices: ReadonlyArray<{ readonly name: string; readonly value: string | number }>
    }
  | { readonly kind: "failed" }

export interface OptionField {
  readonly option: OptionView
  readonly element: HTMLElement
  readonly focus: () => void
  /** Undefined while the field is empty, or needs a pick from the list. */
  readonly value: () => Value | undefined
  readonly isEmpty: () => boolean
  /** Shows what is missing or wrong; true if anything is. */
  readonly complain: () => boolean
}

/** One option of a command: a label, an input and a list to pick from. */
export const makeField = (option: OptionView, context: FieldContext): OptionField => {
  const { chosen, entered, leave, listbox, people, suggest } = context
  const id = `option-${option.name}`
  const input = el("input", {
    attributes: {
      id,
      type: "text",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "next",
      maxlength: option.maxLength ?? 6000,
      inputmode: option.kind === "whole" ? "numeric" : option.kind === "number" ? "decimal" : null,
      "aria-required": String(option.required),
      "aria-describedby": `${id}-problem`
    }
  })
  const problem = el("span", { class: "problem", attributes: { id: `${id}-problem`, role: "alert" } })
  const element = el(
    "div",
    { class: "field-pill" },
    el("label", { text: option.name, attributes: { for: id } }),
    input,
    problem
  )
  let picked: { readonly name: string; readonly value: Value } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const title = `${option.name} — ${option.description}`
  const mustPick = option.kind === "user" || option.kind === "boolean" || option.choices.length > 0

  const value = (): Value | undefined => {
    const typed = input.value.trim()
    if (picked !== undefined && input.value === picked.name) return picked.value
    if (typed === "" || mustPick) return undefined
    if (option.kind === "text") return input.value
    const number = Number(typed)
    if (option.kind === "whole") return Number.isSafeInteger(number) ? number : undefined
    return option.kind === "number" && Number.isFinite(number) ? number : undefined
  }

  const pick = (name: string, value: Value) => {
    picked = { name, value }
    input.value = name
    element.classList.add("picked")
    quiet()
    listbox.hide()
    chosen(field)
  }

  const entry = (name: string, value: Value, detail: string | null, icon: Entry["icon"]): Entry => ({
    key: String(value),
    label: name,
    detail,
    icon,
    choose: () => pick(name, value)
  })

  const show = (offer: Offer) => {
    if (document.activeElement === input) listbox.show(title, offer)
  }

  const localOffer = (): Offer => {
    const typed = input.value.trim().toLowerCase().replace(/^@/, "")
    const fits = (name: string) => picked?.name === input.value || name.toLowerCase().includes(typed)
    const entries =
      option.kind === "user"
        ? people
            .filter(({ name, username }) => fits(name) || fits(username))
            .map(person =>
              entry(
                person.name,
                person.id,
                person.bot ? "APP" : person.username,
                avatar(person.name, person.bot ? "bot" : "person", "tiny")
              )
            )
        : (option.kind === "boolean"
            ? [
                { name: "True", value: true },
                { name: "False", value: false }
              ]
            : option.choices
          )
            .filter(({ name }) => fits(name))
            .map(({ name, value }) => entry(name, value, null, null))
    return entries.length > 0
      ? { kind: "entries", entries }
      : { kind: "note", text: "No options match your search." }
  }

  const askBot = async () => {
    const typed = input.value
    const suggestions = await suggest(option, typed)
    // Enter must not pick a suggestion for an earlier text.
    if (suggestions === undefined || input.value !== typed) return
    if (suggestions.kind === "failed") return show({ kind: "note", text: "Loading options failed." })
    const entries = suggestions.choices.map(({ name, value }) => entry(name, value, null, null))
    show(
      entries.length > 0
        ? { kind: "entries", entries }
        : { kind: "note", text: "No options match your search." }
    )
  }

  const offer = (delay: number) => {
    clearTimeout(timer)
    if (mustPick) return show(localOffer())
    if (!option.autocomplete) return show({ kind: "note", text: option.required ? "Required" : "Optional" })
    show({ kind: "loading", text: "Loading options…" })
    timer = setTimeout(askBot, delay)
  }

  const quiet = () => {
    problem.textContent = ""
    input.removeAttribute("aria-invalid")
  }

  listbox.attach(input)
  input.addEventListener("focus", () => {
    listbox.attach(input)
    offer(0)
  })
  input.addEventListener("blur", () => listbox.hide())
  input.addEventListener("input", () => {
    element.classList.toggle("picked", picked?.name === input.value)
    quiet()
    offer(150)
  })
  input.addEventListener("keydown", event => {
    if (listbox.handleKey(event)) return
    if (event.isComposing) return
    if (event.key === "Enter") {
      event.preventDefault()
      entered(field)
    } else if (
      event.key === "Escape" ||
      (event.key === "Backspace" && input.value === "" && element.matches(":first-child"))
    ) {
      event.preventDefault()
      leave()
    }
  })

  const field: OptionField = {
    option,
    element,
    focus: () => input.focus(),
    value,
    isEmpty: () => input.value.trim() === "",
    complain: () => {
      const missing = option.required && input.value.trim() === ""
      const wrong = input.value.trim() !== "" && value() === undefined
      if (missing) problem.textContent = "This option is required. Specify a value."
      if (wrong) problem.textContent = mustPick ? "Pick one from the list." : "That is not a valid number."
      if (missing || wrong) input.setAttribute("aria-invalid", "true")
      else quiet()
      return missing || wrong
    }
  }
  return field
}
