import type { CommandView, OptionView, PersonView } from "../wire.ts"
import { ask } from "./api.ts"
import { button, el } from "./dom.ts"
import type { Listbox } from "./listbox.ts"
import { makeField } from "./optionField.ts"
import type { OptionField, Suggestions, Value } from "./optionField.ts"

export interface CommandFormContext {
  /** Called each time: after a restart of the sandbox its channels have other ids. */
  readonly where: () => { readonly person: string; readonly channel: string }
  readonly people: ReadonlyArray<PersonView>
  readonly listbox: Listbox
  /** Called when the person has sent the command or has cancelled it. */
  readonly close: () => void
}

/** The form for the options of a command. */
export const makeCommandForm = (
  command: CommandView,
  { close, listbox, people, where }: CommandFormContext
): { readonly element: HTMLElement; readonly focus: () => void } => {
  const fields: Array<OptionField> = []
  let asking: AbortController | undefined

  const values = (except?: OptionView): Record<string, Value> =>
    Object.fromEntries(
      fields.flatMap(field => {
        const value = field.option === except ? undefined : field.value()
        return value === undefined ? [] : [[field.option.name, value]]
      })
    )
  const use = (options: Record<string, Value>) => ({
    ...where(),
    command: command.name,
    subcommand: command.subcommand,
    options
  })

  const suggest = async (option: OptionView, typed: string): Promise<Suggestions | undefined> => {
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    const outcome = await ask(
      { _tag: "Suggest", ...use(values(option)), focused: option.name, typed },
      mine.signal
    )
    if (mine.signal.aborted) return undefined
    return outcome.ok ? { kind: "choices", choices: outcome.done.choices ?? [] } : { kind: "failed" }
  }

  const nextAfter = (from: OptionField) => {
    const at = fields.indexOf(from)
    const inOrder = [...fields.slice(at + 1), ...fields.slice(0, at)]
    return inOrder.find(field => field.option.required && field.isEmpty())
  }
  const chosen = (from: OptionField) => {
    const next = nextAfter(from)
    if (next === undefined) submit.focus()
    else next.focus()
  }
  const entered = (from: OptionField) => {
    const next = nextAfter(from)
    if (next === undefined || from.isEmpty()) send()
    else next.focus()
  }

  const send = async () => {
    const faulty = fields.filter(field => field.complain())
    if (faulty[0] !== undefined) return faulty[0].focus()
    submit.disabled = true
    problem.textContent = ""
    const outcome = await ask({ _tag: "Run", ...use(values()) })
    submit.disabled = false
    if (outcome.ok) return close()
    problem.textContent = outcome.why
  }

  const context = { listbox, people, suggest, chosen, entered, leave: close }
  const required = command.options.filter(option => option.required)
  const optional = command.options.filter(option => !option.required)
  fields.push(...required.map(option => makeField(option, context)))
  const pills = el("div", { class: "pills" }, ...fields.map(field => field.element))
  const extras = el(
    "div",
    { class: "extras" },
    ...optional.map(option => {
      const add: HTMLButtonElement = button(
        `+ ${option.name}`,
        () => {
          const field = makeField(option, context)
          fields.push(field)
          pills.append(field.element)
          add.remove()
          field.focus()
        },
        { class: "plain", title: option.description }
      )
      return add
    })
  )
  const problem = el("p", { class: "problem", attributes: { role: "alert" } })
  const submit = el("button", { class: "button primary send", text: "Send", attributes: { type: "submit" } })
  const title = command.subcommand === null ? `/${command.name}` : `/${command.name} ${command.subcommand}`
  const element = el(
    "form",
    { class: "command-form", attributes: { "aria-label": title, novalidate: true } },
    el(
      "p",
      { class: "command-title" },
      el("strong", { text: title }),
      el("span", { text: command.description }),
      button("×", close, {
        class: "icon",
        title: "Leave this command",
        attributes: { "aria-label": "Leave this command" }
      })
    ),
    pills,
    el("div", { class: "command-foot" }, extras, problem, submit)
  )
  element.addEventListener("submit", event => {
    event.preventDefault()
    send()
  })
  element.addEventListener("keydown", event => {
    if (event.key === "Escape" && !event.defaultPrevented) close()
  })
  return { element, focus: () => (fields[0] === undefined ? submit.focus() : fields[0].focus()) }
}
