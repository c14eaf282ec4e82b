import { button } from "./dom.ts"

const modes = ["system", "dark", "light"] as const
type Mode = (typeof modes)[number]

const stored = (): Mode => modes.find(mode => mode === localStorage.getItem("theme")) ?? "system"

const apply = (mode: Mode) => {
  if (mode === "system") document.documentElement.removeAttribute("data-theme")
  else document.documentElement.setAttribute("data-theme", mode)
}

export const startTheme = () => apply(stored())

/** Changes between the system's theme, dark and light. */
export const themeButton = (): HTMLButtonElement => {
  const label = () => `Colours: ${stored()}`
  const pressed: HTMLButtonElement = button(
    "",
    () => {
      const next = modes[(modes.indexOf(stored()) + 1) % modes.length] ?? "system"
      localStorage.setItem("theme", next)
      apply(next)
      show()
    },
    { class: "icon" }
  )
  const show = () => {
    pressed.textContent = { system: "◐", dark: "☾", light: "☀" }[stored()]
    pressed.title = label()
    pressed.setAttribute("aria-label", label())
  }
  show()
  return pressed
}
