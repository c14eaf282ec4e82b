import type { IncomingMessage, ServerResponse } from "node:http"
import type { State } from "./State.ts"

/** Serves the bytes of an attachment's `url`. */
export const serveAttachment = (state: State, request: IncomingMessage, response: ServerResponse): void => {
  const [, , channelId, attachmentId] = (request.url ?? "").split("/")
  const file = state.messages
    .inChannel(channelId ?? "")
    .flatMap(message => message.attachments)
    .find(attachment => attachment.id === attachmentId)
  if (file) response.writeHead(200, { "content-type": file.contentType }).end(file.bytes)
  else response.writeHead(404).end()
}
