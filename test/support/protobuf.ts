/** Just enough of the protobuf wire format to read messages with a known list of fields. */
export type FieldType =
  | "string"
  | "hex"
  | "varint"
  | "bool"
  | "fixed64"
  | "double"
  | "doubles"
  | "fixed64s"
  | Message

export interface Message {
  readonly [field: number]: readonly [name: string, type: FieldType, repeated?: "repeated"]
}

/** Returns values as in OTLP's JSON: 64-bit numbers and times as decimal strings. Skips unknown fields. */
export const decodeMessage = (message: Message, bytes: Uint8Array): Record<string, unknown> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoded: Record<string, unknown> = {}
  let at = 0

  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const chunk = (): Uint8Array => {
    const length = Number(varint())
    at += length
    return bytes.subarray(at - length, at)
  }

  while (at < bytes.byteLength) {
    const tag = Number(varint())
    const field = message[tag >>> 3]
    let value: unknown
    switch (tag & 7) {
      case 0:
        value = field?.[1] === "bool" ? varint() !== 0n : Number(BigInt.asIntN(64, varint()))
        break
      case 1:
        value = field?.[1] === "double" ? view.getFloat64(at, true) : view.getBigInt64(at, true).toString()
        at += 8
        break
      case 2:
        value = valueOf(field?.[1], chunk())
        break
      case 5:
        value = view.getUint32(at, true)
        at += 4
        break
      default:
        throw new Error(`wire type ${tag & 7} at byte ${at}`)
    }
    if (field === undefined) continue
    const [name, , repeated] = field
    const before = decoded[name]
    decoded[name] = repeated === "repeated" ? [...(Array.isArray(before) ? before : []), value] : value
  }
  return decoded
}

const valueOf = (type: FieldType | undefined, bytes: Uint8Array): unknown => {
  if (typeof type === "object") return decodeMessage(type, bytes)
  const buffer = Buffer.from(bytes)
  switch (type) {
    case "string":
      return buffer.toString("utf8")
    case "hex":
      return buffer.toString("hex")
    case "doubles":
      return Array.from({ length: buffer.length / 8 }, (_, index) => buffer.readDoubleLE(index * 8))
    case "fixed64s":
      return Array.from({ length: buffer.length / 8 }, (_, index) =>
        buffer.readBigUInt64LE(index * 8).toString()
      )
    default:
      return undefined
  }
}
