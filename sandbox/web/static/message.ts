import type { AttachmentView, ButtonView, EmbedView, MessageView, UnansweredView } from "../wire.ts"
import { askOrToast } from "./api.ts"
import { avatar, button, el } from "./dom.ts"
import { drawMarkup } from "./markup.ts"
import type { Names } from "./markup.ts"
import { timeElement } from "./time.ts"
import { traceChip } from "./trace.ts"

export interface MessageContext extends Names {
  readonly traceUrl: string | null
  readonly dismiss: (id: string) => void
  /** The same author wrote just before, so the name is left out. */
  readonly continues: boolean
}

export const drawMessage = (message: MessageView, context: MessageContext): HTMLElement => {
  const { me, people } = context
  const author = people.find(({ id }) => id === message.author)
  const name = author?.name ?? "Somebody"
  const kind = author?.bot === true ? "bot" : "person"
  const head = el(
    "p",
    { class: "message-head" },
    el("strong", { class: kind === "bot" ? "author by-bot" : "author", text: name }),
    kind === "bot" && el("span", { class: "badge", text: "APP" }),
    timeElement(message.at, "t"),
    message.edited !== null && el("span", { class: "edited", text: "(edited)" })
  )
  const body = el(
    "div",
    { class: "message-body" },
    !context.continues && head,
    message.loading
      ? el("p", { class: "thinking" }, dots(), `${name} is thinking…`)
      : message.content !== "" && el("div", { class: "content" }, ...drawMarkup(message.content, context)),
    ...message.embeds.map(embed => drawEmbed(embed, context)),
    ...message.attachments.map(drawAttachment),
    ...message.rows.map(row =>
      el("div", { class: "buttons" }, ...row.map(view => drawButton(view, message.id, me)))
    ),
    message.failure !== null &&
      el("p", { class: "failed", text: `This interaction failed (${message.failure}).` }),
    drawFoot(message, context)
  )
  return el(
    "article",
    {
      class: [
        "message",
        message.ephemeral ? "ephemeral" : "",
        message.pingsMe ? "pinged" : "",
        context.continues ? "continues" : ""
      ].join(" "),
      attributes: { "data-id": message.id, tabindex: -1, "aria-label": `Message from ${name}` }
    },
    message.command !== null && drawCommandLine(message.command, context),
    context.continues ? el("span", { class: "avatar-space" }) : avatar(name, kind),
    body
  )
}

export const drawUnanswered = (item: UnansweredView): HTMLElement =>
  el(
    "article",
    {
      class: `message ephemeral unanswered ${item.failure === null ? "" : "failed-command"}`,
      attributes: { "data-id": item.id, tabindex: -1 }
    },
    avatar("Mochi", "bot"),
    el(
      "div",
      { class: "message-body" },
      el(
        "p",
        { class: "message-head" },
        el("strong", { class: "author by-bot", text: "Mochi" }),
        el("span", { class: "badge", text: "APP" }),
        timeElement(item.at, "t")
      ),
      item.failure === null
        ? el("p", { class: "thinking" }, dots(), `Sending /${item.command}…`)
        : el("p", {
            class: "failed",
            text: `The application did not respond to /${item.command} (${item.failure}).`
          }),
      el("p", { class: "only-you", text: "Only you can see this" })
    )
  )

const dots = () =>
  el("span", { class: "dots", attributes: { "aria-hidden": "true" } }, el("i"), el("i"), el("i"))

const drawCommandLine = (
  command: { readonly name: string; readonly user: string },
  { me, people }: MessageContext
) => {
  const name = people.find(({ id }) => id === command.user)?.name ?? "Somebody"
  return el(
    "p",
    { class: "command-line" },
    avatar(name, "person", "tiny"),
    el("strong", { text: command.user === me ? `${name} (you)` : name }),
    " used ",
    el("span", { class: "mention", text: `/${command.name}` })
  )
}

const drawEmbed = (embed: EmbedView, context: MessageContext): HTMLElement => {
  const card = el(
    "div",
    { class: "embed" },
    embed.author !== null && el("p", { class: "embed-author", text: embed.author }),
    embed.title !== null && el("p", { class: "embed-title" }, ...drawMarkup(embed.title, context)),
    embed.description !== null &&
      el("div", { class: "embed-text" }, ...drawMarkup(embed.description, context)),
    embed.fields.length > 0 &&
      el(
        "dl",
        { class: "embed-fields" },
        ...fieldRows(embed.fields).flatMap(row =>
          row.map(({ name, value }) =>
            el(
              "div",
              { class: `field of-${row.length}` },
              el("dt", {}, ...drawMarkup(name, context)),
              el("dd", {}, ...drawMarkup(value, context))
            )
          )
        )
      ),
    embed.footer !== null && el("p", { class: "embed-footer", text: embed.footer })
  )
  if (embed.color !== null) card.style.setProperty("--embed", embed.color)
  return card
}

/** Inline fields share a row, three at most; each other field has a row of its own. */
const fieldRows = (fields: EmbedView["fields"]): ReadonlyArray<EmbedView["fields"]> => {
  const rows: Array<Array<EmbedView["fields"][number]>> = []
  for (const field of fields) {
    const last = rows.at(-1)
    const joins = field.inline && last !== undefined && last.length < 3 && last.every(({ inline }) => inline)
    if (joins) last.push(field)
    else rows.push([field])
  }
  return rows
}

const drawAttachment = ({ filename, size, url }: AttachmentView) =>
  el(
    "a",
    { class: "attachment", attributes: { href: url, download: filename } },
    el("span", { text: "📎", attributes: { "aria-hidden": "true" } }),
    el("span", {}, el("strong", { text: filename }), el("small", { text: `${size} bytes` }))
  )

const drawButton = (view: ButtonView, messageId: string, me: string) => {
  if (view.url !== null)
    return el("a", {
      class: "button link",
      text: `${view.label} ↗`,
      attributes: { href: view.url, target: "_blank", rel: "noopener noreferrer" }
    })
  const press = async () => {
    pressed.classList.add("busy")
    pressed.setAttribute("aria-busy", "true")
    await askOrToast({ _tag: "Press", person: me, message: messageId, customId: view.customId ?? "" })
    pressed.classList.remove("busy")
    pressed.removeAttribute("aria-busy")
  }
  const pressed: HTMLButtonElement = button(view.label, press, {
    class: `button ${view.style} ${view.busy ? "busy" : ""}`,
    attributes: { disabled: view.disabled, "aria-busy": view.busy ? "true" : null }
  })
  return pressed
}

const drawFoot = (message: MessageView, { dismiss, traceUrl }: MessageContext) =>
  message.ephemeral || message.trace !== null
    ? el(
        "p",
        { class: "message-foot" },
        message.ephemeral && el("span", { class: "only-you", text: "Only you can see this" }),
        message.ephemeral &&
          !message.loading &&
          button("Dismiss message", () => dismiss(message.id), { class: "plain" }),
        message.trace !== null && traceChip(message.trace, traceUrl)
      )
    : null
