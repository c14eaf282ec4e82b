import { layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { expect } from "vitest"
import type { ReceivedSpan } from "../support/otlpReceiver.ts"
import { findSecrets } from "../support/secretSearch.ts"
import { alerts, panelQueries } from "./tools.ts"
import * as WatchedSandbox from "./watchedSandbox.ts"

layer(WatchedSandbox.layer, { excludeTestServices: true, timeout: "120 seconds" })(
  "The service under traffic",
  it => {
    it.effect("People see what they should while everything is watched", () =>
      Effect.gen(function* () {
        const { differences, receiver } = yield* WatchedSandbox.WatchedSandbox
        expect(differences).toEqual([])
        expect(receiver.spans.length).toBeGreaterThan(20)
        expect(receiver.logs.length).toBeGreaterThan(5)
      })
    )

    it.effect("No query of any dashboard panel is empty or refused", () =>
      Effect.gen(function* () {
        const { prometheus } = yield* WatchedSandbox.WatchedSandbox
        // The last of what the panels need to appear, and a second sample of it.
        yield* prometheus.until(
          "max(notification_dead) and max(discord_guilds) and max(mochi_up) and max(users_active_daily)"
        )
        yield* prometheus.until(
          'rate(discord_interaction_ack_duration_seconds_count{interaction_type="button"}[5m])'
        )
        const queries = panelQueries()
        expect(queries.length).toBeGreaterThan(40)
        const empty = yield* Effect.filter(queries, ({ expr }) =>
          Effect.map(prometheus.query(expr), samples => samples.length === 0)
        )
        expect(empty).toEqual([])
      })
    )

    it.effect(
      "Every alert asks for metrics and labels that there are, and none cries out without a reason",
      () =>
        Effect.gen(function* () {
          const { prometheus } = yield* WatchedSandbox.WatchedSandbox
          yield* prometheus.until("discord_gateway_drops_total")
          yield* prometheus.until("discord_rate_limit_hits_total")
          for (const { expr, name } of alerts()) {
            yield* prometheus.query(expr)
            const selectors = selectorsOf(expr)
            expect(selectors.length, name).toBeGreaterThan(0)
            for (const { labels, metric } of selectors)
              expect(
                yield* prometheus.query(`count(${metric}{${labels.map(label => `${label}!=""`).join(",")}})`),
                `${name}: ${metric} with ${labels.join(", ")}`
              ).toHaveLength(1)
          }
          const firing = yield* prometheus.query('ALERTS{alertstate="firing"}')
          expect(firing.map(({ labels }) => labels["alertname"])).toEqual([])
        })
    )

    it.effect("One trace leads from the command over Mochi and the webhook to the owner's card", () =>
      Effect.gen(function* () {
        const { receiver } = yield* WatchedSandbox.WatchedSandbox
        const command = yield* found(
          () => receiver.spans,
          span => span.attributes["interaction.type"] === "command"
        )
        expect(command).toMatchObject({ name: "discord.interaction kudos", kind: "server", parentSpanId: "" })
        const trace = () => receiver.spans.filter(({ traceId }) => traceId === command.traceId)
        const create = yield* found(trace, ({ name }) => name === "mochi.pay create_transfer_request")
        expect(create).toMatchObject({
          kind: "client",
          attributes: { "http.response.status_code": expect.any(Number) }
        })
        expect(ancestorsOf(create, trace())).toContain(command)
        const webhook = yield* found(trace, ({ name }) => name === "webhook.receive")
        expect(webhook.kind).toBe("server")
        // Between them is Mochi's own span, which is not ours to export.
        expect(webhook.parentSpanId).not.toBe("")
        const delivery = yield* found(
          trace,
          span => span.name === "notification.deliver" && ancestorsOf(span, trace()).includes(webhook)
        )
        expect(delivery.kind).toBe("consumer")
        yield* found(
          trace,
          span => span.name === "discord post message" && ancestorsOf(span, trace()).includes(delivery)
        )
      })
    )

    it.effect("The webhook of the decision leads back to the command that asked", () =>
      Effect.gen(function* () {
        const { receiver } = yield* WatchedSandbox.WatchedSandbox
        const press = yield* found(
          () => receiver.spans,
          span => span.attributes["interaction.type"] === "button"
        )
        const webhook = yield* found(
          () => receiver.spans,
          span => span.name === "webhook.receive" && span.traceId === press.traceId
        )
        const [link] = webhook.links
        const asked = () => receiver.spans.filter(({ traceId }) => traceId === link?.traceId)
        yield* found(asked, span => span.attributes["interaction.type"] === "command")
        expect(link?.traceId).not.toBe(press.traceId)
      })
    )

    it.effect("What a keystroke asked Mochi for is in the keystroke's trace", () =>
      Effect.gen(function* () {
        const { receiver } = yield* WatchedSandbox.WatchedSandbox
        const listing = yield* found(
          () => receiver.spans,
          ({ name }) => name === "mochi.pay list_vaults"
        )
        const typed = ancestorsOf(listing, receiver.spans).find(
          ({ attributes }) => attributes["interaction.type"] === "autocomplete"
        )
        expect(typed?.name).toBe("discord.interaction kudos")
      })
    )

    it.effect("A line in the log names the trace it belongs to", () =>
      Effect.gen(function* () {
        const { receiver } = yield* WatchedSandbox.WatchedSandbox
        const executed = receiver.logs.filter(({ body }) => body === "command_executed")
        expect(executed.length).toBeGreaterThan(1)
        for (const { spanId, traceId } of executed)
          yield* found(
            () => receiver.spans,
            span => span.traceId === traceId && span.spanId === spanId
          )
      })
    )

    it.effect("No secret and no interaction token is in anything that was exported or written", () =>
      Effect.gen(function* () {
        const { receiver, sandbox } = yield* WatchedSandbox.WatchedSandbox
        const { discord, environment } = sandbox
        const tokens = [...discord.interactions.all.values()].map(
          ({ token }, index) => [`interaction token ${index}`, token] as const
        )
        expect(tokens.length).toBeGreaterThan(5)
        const secrets = Object.fromEntries([
          ...["DISCORD_BOT_TOKEN", "MOCHI_APP_PRIVATE_KEY", "MOCHI_BOT_SECRET"].map(name => [
            name,
            environment[name]
          ]),
          ["MOCHI_WEBHOOK_SECRETS", /whsec_(\S+)/.exec(environment["MOCHI_WEBHOOK_SECRETS"] ?? "")?.[1]],
          ...tokens
        ])
        const lines = yield* Effect.map(sandbox.service.log.get, all => all.map(line => JSON.stringify(line)))
        const haystacks = [
          ...receiver.raw.map(text => ({ name: "OTLP", text })),
          ...lines.map(text => ({ name: "log", text }))
        ]
        expect(findSecrets(secrets, haystacks)).toEqual([])
      })
    )
  }
)

/** Batches arrive a little later than what they tell of. */
const found = (spans: () => ReadonlyArray<ReceivedSpan>, wanted: (span: ReceivedSpan) => boolean) =>
  Effect.suspend(() => {
    const span = spans().find(wanted)
    return span === undefined ? Effect.fail("no such span" as const) : Effect.succeed(span)
  }).pipe(
    Effect.retry(Schedule.spaced("100 millis").pipe(Schedule.upTo("10 seconds"))),
    Effect.orDieWith(
      () =>
        new Error(
          `No such span: ${wanted}; there are ${spans()
            .map(({ name }) => name)
            .join(", ")}`
        )
    )
  )

const ancestorsOf = (span: ReceivedSpan, trace: ReadonlyArray<ReceivedSpan>): ReadonlyArray<ReceivedSpan> => {
  const parent = trace.find(({ spanId }) => spanId === span.parentSpanId)
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, trace)]
}

/** The metrics that an expression names, with the labels that it matches. */
const selectorsOf = (expr: string) =>
  [...expr.matchAll(/\b(up(?=\{)|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b(?!\()(?:\{([^}]*)\})?/g)]
    .map(([, metric = "", matchers = ""]) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = ""]) => label)
    }))
    .filter(({ metric }) => !["histogram_quantile", "max_over_time", "interaction_type"].includes(metric))
