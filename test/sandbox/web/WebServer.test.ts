import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { request } from "node:http"
import type { IncomingMessage } from "node:http"
import { ADA, GRACE, LINUS, MALLORY } from "../../../sandbox/people.ts"
import type { Person } from "../../../sandbox/people.ts"
import * as Sandbox from "../../../sandbox/Sandbox.ts"
import { serve } from "../../../sandbox/web/WebServer.ts"
import type { Sections } from "../../../sandbox/web/wire.ts"

/** By hand, since fetch chooses its own Host and Origin. */
const call = (
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string
) =>
  Effect.async<{
    readonly status: number
    readonly headers: IncomingMessage["headers"]
    readonly body: string
  }>(resume => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers }, response => {
      let text = ""
      response.on("data", chunk => {
        text += chunk
      })
      response.on("end", () =>
        resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      )
    })
    sent.end(body)
  })

const act = (port: number, action: unknown) =>
  Effect.map(
    call(port, "POST", "/do", { "content-type": "application/json" }, JSON.stringify(action)),
    ({ body, status }) => ({ status, body: JSON.parse(body) })
  )

/** What a page as this person has been told when it is ready to be drawn. */
const firstView = (port: number, person: Person) =>
  Effect.promise(async (): Promise<Partial<Sections>> => {
    const response = await fetch(`http://127.0.0.1:${port}/live?person=${person.username}`)
    const reader = response.body!.getReader()
    let text = ""
    while (!text.includes("\n\n")) text += new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
    return JSON.parse(text.slice("data: ".length, text.indexOf("\n\n")))
  })

it.scopedLive("the page's server shows each person their own, and does what a client would let them do", () =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.make
    const { discord, general, guild, userOf } = sandbox
    const port = yield* serve(sandbox, { host: "127.0.0.1", port: 0, settings: { traceUrl: null } })
    yield* sandbox.service.ready

    for (const headers of [{ host: "evil.example" }, { origin: "http://localhost:3000" }, { origin: "null" }])
      for (const [method, path] of [
        ["GET", "/"],
        ["GET", "/live?person=ada"],
        ["POST", "/do"]
      ] as const)
        expect((yield* call(port, method, path, headers)).status).toBe(403)
    const page = yield* call(port, "GET", "/")
    expect(page.status).toBe(200)
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'")
    const script = yield* call(port, "GET", "/main.ts")
    expect(script.headers["content-type"]).toContain("text/javascript")
    for (const path of [
      "/../package.json",
      "/%2e%2e/wire.ts",
      "/wire.ts",
      "/nothing",
      "/live",
      "/live?person=x"
    ])
      expect((yield* call(port, "GET", path)).status).toBe(404)
    expect((yield* call(port, "PUT", "/")).status).toBe(405)
    for (const wrong of ["", "{", "[]", '{"_tag":"Explode"}', '{"_tag":"Say","person":1}'])
      expect((yield* call(port, "POST", "/do", {}, wrong)).status).toBe(400)

    const say = { _tag: "Say", person: ADA.id, channel: general.id }
    expect(yield* act(port, { ...say, content: "hello" })).toEqual({ status: 200, body: {} })
    expect((yield* act(port, { ...say, content: " " })).status).toBe(400)
    expect((yield* act(port, { ...say, content: "x".repeat(2001) })).status).toBe(400)
    const dm = discord.world.openDm(userOf(LINUS).id)
    expect((yield* act(port, { ...say, channel: dm.id, content: "not mine" })).status).toBe(409)
    expect((yield* act(port, { ...say, person: "1", content: "nobody" })).body).toEqual({
      error: "There is no such person."
    })

    const use = { person: MALLORY.id, channel: general.id, command: "kudos", subcommand: null, options: {} }
    yield* discord.until("/kudos", () => discord.commands.find(guild.id, "kudos"))
    expect((yield* act(port, { _tag: "Run", ...use })).body).toEqual({ error: "application is required" })
    const suggest = { _tag: "Suggest", ...use, person: ADA.id, focused: "application", typed: "dao" }
    expect(yield* act(port, suggest)).toEqual({
      status: 200,
      body: { choices: [{ name: "DAO App", value: "123" }] }
    })
    const typed = { application: "123", vault: "70011", token: "1", amount: "1", recipient: GRACE.id }
    expect((yield* act(port, { _tag: "Run", ...use, options: typed })).status).toBe(200)
    const refusal = yield* discord.awaitMessage(message =>
      JSON.stringify(message.embeds).includes("Could not find your profile")
    )

    const hers = yield* firstView(port, MALLORY)
    const others = yield* firstView(port, GRACE)
    const idsIn = (view: Partial<Sections>) => view.timelines?.[general.id]?.map(({ id }) => id)
    expect(idsIn(hers)).toContain(refusal.id)
    expect(idsIn(others)).not.toContain(refusal.id)
    expect(idsIn(others)?.length).toBe(4)
    const shown = hers.timelines?.[general.id]?.find(({ id }) => id === refusal.id)
    expect(shown).toMatchObject({ ephemeral: true, trace: expect.stringMatching(/^[0-9a-f]{32}$/) })

    expect((yield* act(port, { _tag: "Switch", id: "dms-closed", on: true })).status).toBe(200)
    expect(userOf(LINUS).dmsOpen).toBe(false)
    yield* act(port, { _tag: "Switch", id: "dms-closed", on: false })
    expect(userOf(LINUS).dmsOpen).toBe(true)
    expect((yield* act(port, { _tag: "Decide", code: "NONE", decision: "approved" })).body.error).toContain(
      "Mochi says"
    )

    const first = (yield* sandbox.service.status).pid
    yield* act(port, { _tag: "Service", does: "kill" })
    expect(yield* sandbox.service.status).toMatchObject({ phase: "stopped", ended: "SIGKILL" })
    yield* act(port, { _tag: "Service", does: "start" })
    yield* sandbox.service.ready
    expect((yield* sandbox.service.status).pid).not.toBe(first)
  })
)
