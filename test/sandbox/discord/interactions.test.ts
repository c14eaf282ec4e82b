import { createServer } from "node:http"
import { createPublicKey, verify } from "node:crypto"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import { responseFaults } from "../../support/openapi.ts"
import { call, connect, identify } from "./rawBot.ts"

const row = (...ids: ReadonlyArray<string>) => ({
  type: 1,
  components: ids.map(id => ({ type: 2, style: 1, label: id, custom_id: id }))
})

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make()
  const alice = discord.world.addUser({ username: "alice" })
  const bob = discord.world.addUser({ username: "bob" })
  const guild = discord.world.addGuild({ name: "Home", members: [alice, bob] })
  const option = (name: string, more: object) => ({ type: 3, name, description: "d", ...more })
  yield* call(discord, "PUT", `/applications/${discord.applicationId}/commands`, [
    {
      name: "pay",
      description: "d",
      contexts: [0],
      options: [option("vault", { required: true, autocomplete: true }), { ...option("whom", {}), type: 6 }]
    },
    { name: "privacy", description: "d", options: [{ type: 1, name: "export", description: "d" }] }
  ])
  const pay = discord.people.slashCommand({ user: alice, guild, name: "pay", options: { vault: "v" } })
  const answer = (
    handle: { readonly interaction: { readonly id: string; readonly token: string } },
    body: unknown,
    query = ""
  ) =>
    call(
      discord,
      "POST",
      `/interactions/${handle.interaction.id}/${handle.interaction.token}/callback${query}`,
      body
    )
  const hook = (
    handle: { readonly interaction: { readonly token: string } },
    method: string,
    path = "",
    body?: unknown
  ) => call(discord, method, `/webhooks/${discord.applicationId}/${handle.interaction.token}${path}`, body)
  return { discord, alice, bob, guild, channel: discord.world.general(guild), pay, answer, hook }
})

it.scopedLive("an answer after three seconds is too late, and the person has seen a failure", () =>
  Effect.gen(function* () {
    const { answer, discord, hook, pay } = yield* setUp
    const run = yield* pay
    discord.advance(2900)
    expect(run.interaction.failure).toBe(null)
    discord.advance(100)
    expect(yield* run.failed).toBe("no answer in time")
    expect((yield* answer(run, { type: 5 })).says("code")).toBe(10062)
    expect((yield* hook(run, "PATCH", "/messages/@original", { content: "x" })).says("code")).toBe(10015)
    expect((yield* Effect.flip(run.acked))._tag).toBe("InteractionFailed")
    expect(run.interaction.refusedCallbacks).toEqual([10062])
  })
)

it.scopedLive("a second answer is refused, and so is one for an interaction nobody made", () =>
  Effect.gen(function* () {
    const { answer, pay } = yield* setUp
    const run = yield* pay
    expect((yield* answer(run, { type: 5 })).status).toBe(204)
    const second = yield* answer(run, { type: 5 })
    expect([second.status, second.says("code")]).toEqual([400, 40060])
    const stranger = { interaction: { id: run.interaction.id, token: "x" } }
    expect((yield* answer(stranger, { type: 5 })).says("code")).toBe(10062)
  })
)

it.scopedLive("the token works for fifteen minutes", () =>
  Effect.gen(function* () {
    const { answer, discord, hook, pay } = yield* setUp
    const run = yield* pay
    expect((yield* hook(run, "GET", "/messages/@original")).says("code")).toBe(10015)
    yield* answer(run, { type: 5, data: { flags: 64 } })
    discord.advance(899_000)
    expect((yield* hook(run, "PATCH", "/messages/@original", { content: "x" })).status).toBe(200)
    discord.advance(1_000)
    const late = yield* hook(run, "PATCH", "/messages/@original", { content: "y" })
    expect([late.status, late.says("code")]).toEqual([401, 50027])
    expect(run.original()?.content).toBe("x")
  })
)

it.scopedLive("an ephemeral answer is seen by its person alone, until their client starts afresh", () =>
  Effect.gen(function* () {
    const { alice, answer, bob, channel, discord, pay } = yield* setUp
    const run = yield* pay
    yield* answer(run, { type: 4, data: { content: "psst", flags: 64, components: [row("go")] } })
    const message = yield* run.answered
    const sees = (user: typeof alice) => discord.messages.visibleTo(user.id, channel.id).length
    expect([sees(alice), sees(bob)]).toEqual([1, 0])
    expect((yield* call(discord, "GET", `/channels/${channel.id}/messages/${message.id}`)).says("code")).toBe(
      10008
    )
    expect((yield* call(discord, "GET", `/channels/${channel.id}/messages`)).body).toEqual([])
    const foreign = discord.people.pressButton({ user: bob, message, customId: "go" })
    expect((yield* Effect.flip(foreign)).why).toContain("not visible")
    discord.messages.forgetEphemeral(alice.id)
    expect(sees(alice)).toBe(0)
  })
)

it.scopedLive("only buttons that the message has now can be pressed, and an update changes it at once", () =>
  Effect.gen(function* () {
    const { alice, answer, bob, discord, hook, pay } = yield* setUp
    const run = yield* pay
    yield* answer(run, { type: 4, data: { content: "card", components: [row("yes", "no")] } })
    const card = yield* run.answered
    const press = yield* discord.people.pressButton({ user: bob, message: card, customId: "yes" })
    const reply = yield* answer(
      press,
      { type: 7, data: { content: "done", components: [] } },
      "?with_response=true"
    )
    expect(reply.says("interaction", "response_message_id")).toBe(card.id)
    expect(reply.says("resource", "message", "content")).toBe("done")
    expect(discord.messages.get(card.id)?.versions.map(version => version.content)).toEqual(["card", "done"])
    const again = discord.people.pressButton({ user: bob, message: card, customId: "yes" })
    expect((yield* Effect.flip(again)).why).toContain("no button")
    yield* hook(press, "POST", "", { content: "thanks", flags: 64 })
    expect((yield* press.followUpWhen(() => true)).ephemeralFor).toBe(bob.id)
    expect(discord.messages.visibleTo(alice.id, card.channelId)).toHaveLength(1)
    expect(responseFaults(discord.requests.all)).toEqual([])
  })
)

it.scopedLive("a deferred update keeps the card, which is then the original", () =>
  Effect.gen(function* () {
    const { answer, bob, discord, hook, pay } = yield* setUp
    const run = yield* pay
    yield* answer(run, { type: 4, data: { content: "card", components: [row("yes")] } })
    const card = yield* run.answered
    const press = yield* discord.people.pressButton({ user: bob, message: card, customId: "yes" })
    yield* answer(press, { type: 6 })
    yield* hook(press, "PATCH", "/messages/@original", { content: "approved", components: [] })
    expect((yield* press.answeredWhen(message => message.content === "approved")).id).toBe(card.id)
  })
)

it.scopedLive("the first follow-up of a deferred answer takes its place", () =>
  Effect.gen(function* () {
    const { answer, hook, pay } = yield* setUp
    const run = yield* pay
    yield* answer(run, { type: 5, data: { flags: 64 } })
    expect(run.original()?.flags).toBe(64 | 128)
    yield* hook(run, "POST", "", { content: "here" })
    expect(yield* run.answered).toMatchObject({ content: "here", flags: 64 })
    expect(run.followUps()).toEqual([])
  })
)

it.scopedLive("suggestions beyond 25 or without a name cost the whole answer", () =>
  Effect.gen(function* () {
    const { alice, answer, discord, guild } = yield* setUp
    const focused = { name: "vault", value: "x" }
    const typing = yield* discord.people.autocomplete({ user: alice, guild, name: "pay", focused })
    const choices = (count: number, name = "n") => ({
      type: 8,
      data: { choices: Array.from({ length: count }, (_, index) => ({ name, value: `${index}` })) }
    })
    expect((yield* answer(typing, choices(26))).says("errors", "data", "choices", "_errors")).toHaveLength(1)
    expect(
      (yield* answer(typing, choices(1, ""))).says("errors", "data", "choices", 0, "name", "_errors")
    ).toHaveLength(1)
    expect((yield* answer(typing, { type: 5 })).says("code")).toBe(50035)
    expect((yield* answer(typing, choices(25))).status).toBe(204)
    expect(yield* typing.choices).toHaveLength(25)
  })
)

it.scopedLive("a person cannot do what their client would not let them", () =>
  Effect.gen(function* () {
    const { alice, discord, guild } = yield* setUp
    const why = (command: Parameters<typeof discord.people.slashCommand>[0]) =>
      Effect.map(Effect.flip(discord.people.slashCommand(command)), ({ why }) => why)
    expect(yield* why({ user: alice, guild, name: "nope" })).toContain("no command")
    expect(yield* why({ user: alice, guild, name: "pay" })).toContain("vault is required")
    expect(yield* why({ user: alice, guild, name: "pay", options: { vault: "v", x: 1 } })).toContain(
      "no option x"
    )
    expect(yield* why({ user: alice, name: "pay", options: { vault: "v" } })).toContain(
      "cannot be used there"
    )
    expect(yield* why({ user: alice, guild, name: "privacy" })).toContain("subcommand")
    const stranger = discord.world.addUser({ username: "mallory" })
    expect(yield* why({ user: stranger, guild, name: "pay", options: { vault: "v" } })).toContain("not there")
    yield* discord.people.slashCommand({ user: alice, name: "privacy", subcommand: "export" })
  })
)

interface Seen {
  readonly body: string
  readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
}

/** An endpoint that verifies as Discord asks and answers as told. */
const endpoint = (
  publicKey: string,
  respond: (body: string) => { readonly status: number; readonly body?: unknown }
) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly seen: Array<Seen>; readonly close: () => void }>(resume => {
      const seen: Array<Seen> = []
      const der = Buffer.concat([
        Buffer.from("302a300506032b6570032100", "hex"),
        Buffer.from(publicKey, "hex")
      ])
      const key = createPublicKey({ key: der, format: "der", type: "spki" })
      const server = createServer(async (request, response) => {
        let body = ""
        for await (const chunk of request) body += chunk
        const signature = Buffer.from(String(request.headers["x-signature-ed25519"]), "hex")
        const signed = Buffer.from(`${request.headers["x-signature-timestamp"]}${body}`)
        if (!verify(null, signed, key, signature)) return response.writeHead(401).end()
        seen.push({ body, headers: request.headers })
        const answer = JSON.parse(body).type === 1 ? { status: 200, body: { type: 1 } } : respond(body)
        response.writeHead(answer.status, { "content-type": "application/json" })
        return response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : 0
        resume(
          Effect.succeed({ url: `http://127.0.0.1:${port}/interactions`, seen, close: () => server.close() })
        )
      })
    }),
    ({ close }) => Effect.sync(close)
  )

it.scopedLive("interactions go to a saved endpoint, signed, and its HTTP answer counts", () =>
  Effect.gen(function* () {
    const { discord, pay } = yield* setUp
    const bot = yield* endpoint(discord.publicKey, () => ({
      status: 200,
      body: { type: 4, data: { content: "by HTTP" } }
    }))
    yield* discord.http.save(bot.url)
    const run = yield* pay
    expect((yield* run.answered).content).toBe("by HTTP")
    expect((yield* run.acked).via).toBe("http")
    // Twice the PING: the forged one was not let in.
    expect(bot.seen.map(({ body }) => JSON.parse(body).type)).toEqual([1, 2])
  })
)

it.scopedLive("202 leaves the answer to the callback route, other statuses fail the interaction", () =>
  Effect.gen(function* () {
    const { answer, discord, pay } = yield* setUp
    const replies = [{ status: 202 }, { status: 500 }]
    const bot = yield* endpoint(discord.publicKey, () => replies.shift() ?? { status: 500 })
    discord.http.use(bot.url)
    const first = yield* pay
    yield* answer(first, { type: 4, data: { content: "later" } })
    expect((yield* first.acked).via).toBe("callback")
    const second = yield* pay
    expect(yield* second.failed).toBe("the endpoint answered 500")
  })
)

it.scopedLive("an endpoint that accepts bad signatures is not taken", () =>
  Effect.gen(function* () {
    const { discord } = yield* setUp
    const careless = yield* Effect.acquireRelease(
      Effect.async<{ readonly port: number; readonly close: () => void }>(resume => {
        const server = createServer((_, response) =>
          response.writeHead(200, { "content-type": "application/json" }).end('{"type":1}')
        )
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          resume(
            Effect.succeed({
              port: typeof address === "object" ? address!.port : 0,
              close: () => server.close()
            })
          )
        })
      }),
      ({ close }) => Effect.sync(close)
    )
    const refused = yield* Effect.flip(discord.http.save(`http://127.0.0.1:${careless.port}/`))
    expect(refused.why).toContain("not 401")
    expect(discord.http.endpoint()).toBe(null)
  })
)

it.scopedLive("an interaction can arrive twice", () =>
  Effect.gen(function* () {
    const { discord, pay } = yield* setUp
    const socket = yield* connect(discord)
    socket.send(2, identify(discord))
    yield* socket.frame(({ t }) => t === "READY")
    discord.deliverTwice(1)
    const ids = [yield* pay, yield* pay].map(({ interaction }) => interaction.id)
    yield* socket.frame(({ says, t }) => t === "INTERACTION_CREATE" && says("id") === ids[1])
    const arrived = socket.frames.filter(({ t }) => t === "INTERACTION_CREATE").map(({ says }) => says("id"))
    expect(arrived).toEqual([ids[0], ids[0], ids[1]])
  })
)
