import type { UploadedFile } from "./MessageBody.ts"

export interface DecodedBody {
  readonly body: unknown
  readonly files: ReadonlyArray<UploadedFile>
}

/** JSON, or a multipart body of `payload_json` and `files[n]`. Rejects other bytes. */
export const decodeBody = async (bytes: Buffer, contentType: string | undefined): Promise<DecodedBody> => {
  if (bytes.length === 0) return { body: undefined, files: [] }
  if (!contentType?.startsWith("multipart/form-data"))
    return { body: JSON.parse(bytes.toString("utf8")), files: [] }
  const form = await new Response(new Uint8Array(bytes), {
    headers: { "content-type": contentType }
  }).formData()
  const payload = form.get("payload_json")
  const files: Array<UploadedFile> = []
  for (const [name, value] of form) {
    const index = /^files?\[?(\d*)\]?$/.exec(name)?.[1]
    if (index === undefined || typeof value === "string") continue
    files.push({
      index: Number(index || 0),
      filename: value.name,
      contentType: value.type || "application/octet-stream",
      bytes: new Uint8Array(await value.arrayBuffer())
    })
  }
  return { body: typeof payload === "string" ? JSON.parse(payload) : {}, files }
}
