import { Schema } from "effect"
import { messageOf } from "../../process/messageOf.ts"

/** The server cannot listen at its address, and waiting does not fix that. */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  host: Schema.String,
  port: Schema.Number,
  /** For an operator. */
  reason: Schema.String
}) {
  /** `cause`: the error of Node's server. */
  static at({ host, port }: { readonly host: string; readonly port: number }, cause: unknown): CannotListen {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
    const words = meanings[code]
    return new CannotListen({
      host,
      port,
      reason: words === undefined ? messageOf(cause) : `${words} (${code})`
    })
  }

  override get message(): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host
    return `cannot listen on ${host}:${this.port}: ${this.reason}. HOST and PORT name another address`
  }
}

const meanings: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process has the port",
  EADDRNOTAVAIL: "this machine does not have the address",
  EACCES: "this user may not use the port",
  EAFNOSUPPORT: "this machine does not speak the address's protocol",
  ENOTFOUND: "the name is unknown",
  EAI_AGAIN: "the name cannot be looked up now",
  EINVAL: "it is not an address to listen on"
}
