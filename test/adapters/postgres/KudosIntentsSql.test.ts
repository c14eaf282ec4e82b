import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer, Option } from "effect"
import * as KudosIntentsSql from "../../../src/adapters/postgres/KudosIntentsSql.ts"
import { ProcessLease } from "../../../src/adapters/postgres/ProcessLease.ts"
import { InteractionId, RequestCode } from "../../../src/domain/Ids.ts"
import type { KudosDraft } from "../../../src/domain/Kudos.ts"
import { KudosIntents } from "../../../src/ports/KudosIntents.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import * as TestDatabase from "../../support/postgres.ts"
import { draft, sender } from "../../stores/drafts.ts"

/** The port as the process with that lease sees it; its lease is fresh, and those of `gone` have lapsed. */
const asProcess = (id: number, gone: ReadonlyArray<number> = []) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const seen = (lease: number, at: string) =>
      sql`insert into processes (id, seen_at) values (${lease}, ${at}::timestamptz)
        on conflict (id) do update set seen_at = excluded.seen_at`
    yield* seen(id, "now")
    for (const lapsed of gone) yield* seen(lapsed, "-infinity")
    const lease = Layer.mock(ProcessLease, { id: Effect.succeed(id), holds: () => Effect.succeed(true) })
    const { adopt, find, finish, store } = Context.get(
      yield* Layer.build(Layer.provide(KudosIntentsSql.layer, Layer.merge(lease, pseudonyms.layer))),
      KudosIntents
    )
    return {
      adopt,
      find,
      finish,
      storeClaimed: store,
      /** Claims the interaction first, as the router does. */
      store: (draft: KudosDraft, origin: Option.Option<string>) =>
        sql`insert into interactions (id, user_id, holder, awaits_answer) values (${draft.interactionId}, ${sender}, ${id}, true)
          on conflict do nothing`.pipe(
          Effect.zipRight(store(draft, origin)),
          Effect.map(({ intent }) => intent)
        )
    }
  })

layer(TestDatabase.layer)("kudos intents", it => {
  const stateOf = (id: string) =>
    Effect.flatMap(
      SqlClient.SqlClient,
      sql => sql`select state, request_code from kudos_intents where interaction_id = ${id}`
    )

  it.scoped("take NUL characters as replacement marks", () =>
    Effect.gen(function* () {
      const intents = yield* asProcess(1)
      const stored = yield* intents.store({ ...draft("120"), reason: Option.some("a\u0000b") }, Option.none())
      expect(stored.facts.reason).toEqual(Option.some("a\uFFFDb"))
      yield* intents.finish(stored.interactionId, {
        _tag: "Created",
        code: Option.some(RequestCode.make("A\u0000-1"))
      })
      expect(yield* stateOf("120")).toEqual([{ state: "created", request_code: "A\uFFFD-1" }])
    })
  )

  it.scoped("are stored before the interaction is taken over, or not at all (A1)", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mine = yield* asProcess(43)
      const claimed = (id: string) =>
        sql`insert into interactions (id, user_id, holder, awaits_answer) values (${id}, ${sender}, 43, true)`
      const takeOver = (id: string) => sql`update interactions set holder = 44 where id = ${id}`
      const ids = Array.from({ length: 60 }, (_, index) => `${7000 + index}`)
      yield* Effect.forEach(ids, claimed)
      const ends = yield* Effect.forEach(
        ids,
        id =>
          Effect.gen(function* () {
            // As a process that takes over does: what it finds then is all that there will ever be.
            const taking = yield* Effect.fork(Effect.zipRight(takeOver(id), stateOf(id)))
            const stored = yield* Effect.isSuccess(mine.storeClaimed(draft(id), Option.none()))
            return [stored, (yield* taking).length === 1] as const
          }),
        { concurrency: 20 }
      )
      expect(ends.filter(([stored, found]) => stored !== found)).toEqual([])
    })
  )

  it.scoped(
    "are not taken where one of them does not decode, and stay what was asked for once a person was erased",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const gone = yield* asProcess(31)
        yield* gone.store(draft("5000"), Option.none())
        yield* gone.store(draft("5001"), Option.none())
        const taker = yield* asProcess(32, [31])
        yield* sql`update kudos_intents set guild_id = 'nowhere' where interaction_id = '5000'`
        expect(yield* Effect.flip(taker.adopt)).toMatchObject({ operation: "KudosIntents.adopt" })
        yield* sql`update kudos_intents set guild_id = null, recipient_discord_id = 'erased:1'
        where interaction_id = '5000'`
        const adopted = yield* taker.adopt
        expect(adopted.map(intent => intent.interactionId).sort()).toEqual(["5000", "5001"])
        const found = Option.getOrThrow(yield* taker.find(InteractionId.make("5000")))
        expect(found.facts.recipient).toMatchObject({ isErased: true, userId: Option.none() })
      })
  )
})
