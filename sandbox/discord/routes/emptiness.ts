import type { MessageEdit, UploadedFile } from "../MessageBody.ts"
import type { Message } from "../Model.ts"

/** Whether the edit would leave nothing to see. */
export const isEmpty = (message: Message, edit: MessageEdit, files: ReadonlyArray<UploadedFile>): boolean => {
  const content = edit.content === undefined ? message.content : edit.content
  const embeds = edit.embeds === undefined ? message.embeds : edit.embeds
  const components = edit.components === undefined ? message.components : edit.components
  const attachments = edit.attachments ?? message.attachments
  return !content && !embeds?.length && !components?.length && attachments.length + files.length === 0
}
