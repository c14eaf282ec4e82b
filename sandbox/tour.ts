import { Effect } from "effect"
import type { Handle } from "./discord/Handle.ts"
import type { Message } from "./discord/Model.ts"
import { ADA, GRACE, LINUS } from "./people.ts"
import type { Person } from "./people.ts"
import { COMMUNITY_VAULT, DAO_APP, USDC } from "./mochi/demoWorld.ts"
import type { Sandbox } from "./Sandbox.ts"
import { buttonsOf, fieldOf, messageLines } from "./transcript.ts"

/** Where a line of the transcript goes. */
export type Say = (line: string) => Effect.Effect<void>

/** 10.5 USDC, which leave the vault and reach Grace. */
const sent = 10_500_000n
const reason = "The release notes *shine*"

/**
 * Runs the main job once: Ada sends kudos, Linus approves, and Grace gets a message. Says what each person saw, and
 * returns what differed from what they should have seen.
 */
export const tour = (
  { discord, general, guild, mochi, service, userOf }: Sandbox,
  say: Say,
  /** How long each step may take, in milliseconds. */
  patience = 10_000
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const differences: Array<string> = []
    const expect = (what: string, holds: boolean) => {
      if (!holds) differences.push(what)
    }
    const card = (title: string, message: Message) =>
      Effect.forEach(
        ["", title, ...messageLines(message, discord).map(line => `  ${line}`)],
        line => say(line),
        { discard: true }
      )
    const ada = userOf(ADA)
    const place = { user: ada, guild, name: "kudos" }
    const dmOf = (person: Person, title: string, holds: (message: Message) => boolean = () => true) =>
      discord.until(
        `${person.displayName}'s message “${title}”`,
        () =>
          discord.dmsOf(userOf(person)).find(message => message.embeds[0]?.title === title && holds(message)),
        patience
      )
    const suggest = Effect.fnUntraced(function* (
      option: string,
      typed: string,
      options: Record<string, string>
    ) {
      const typing = yield* discord.people.autocomplete({
        ...place,
        options,
        focused: { name: option, value: typed }
      })
      const choices = yield* typing.choices
      yield* say(`  ${option.padEnd(12)} ${typed.padEnd(6)} → ${choices.map(({ name }) => name).join(" | ")}`)
      return choices
    })
    const before = {
      vault: yield* mochi.balance(COMMUNITY_VAULT, USDC.id),
      grace: yield* mochi.balance(GRACE.profileId ?? "", USDC.id)
    }

    const story = Effect.gen(function* () {
      yield* service.ready
      yield* discord.until(
        "the registration of /kudos",
        () => discord.commands.find(guild.id, "kudos"),
        patience
      )

      yield* say(`Ada types /kudos in #${general.name} of ${guild.name}, and picks from what is suggested:`)
      const applications = yield* suggest("application", "dao", {})
      expect("DAO App is suggested", applications[0]?.value === DAO_APP)
      const vaults = yield* suggest("vault", "comm", { application: DAO_APP })
      expect("Community Vault is suggested", vaults[0]?.value === COMMUNITY_VAULT)
      const tokens = yield* suggest("token", "usd", { application: DAO_APP, vault: COMMUNITY_VAULT })
      expect("USDC is suggested", tokens[0]?.value === USDC.id)
      const options = { application: DAO_APP, vault: COMMUNITY_VAULT, token: USDC.id, amount: "10.5", reason }
      yield* say(`  ${"amount".padEnd(12)} ${options.amount}`)
      yield* say(`  ${"recipient".padEnd(12)} @${GRACE.displayName}`)
      yield* say(`  ${"reason".padEnd(12)} ${reason}`)

      const command = yield* discord.people.slashCommand({
        ...place,
        options: { ...options, recipient: userOf(GRACE) }
      })
      const { callback, ms } = yield* command.acked
      expect(
        "/kudos is acknowledged in private at once",
        callback.type === 5 && callback.flags === 64 && ms < 1000
      )
      const reply = yield* command.answered
      yield* card("Ada sees, and only she:", reply)
      expect("Ada's answer says that the request was created", titleOf(reply) === "Kudos Request Created")
      expect("Ada's answer has the exact amount", fieldOf(reply, "Amount") === "10.5 USDC (≈ $10.50)")

      const ask = yield* dmOf(LINUS, "Vault Transfer Request")
      yield* card("Linus, who owns DAO App, gets a direct message:", ask)
      expect("the owner's card offers Approve and Reject", labelsOf(ask) === "Approve Reject")
      yield* approve(ask)

      const settled = yield* dmOf(
        LINUS,
        "Vault Transfer Request",
        message => message.embeds[0]?.author != null
      )
      yield* card("Linus presses Approve, and his card becomes:", settled)
      expect(
        "the card reads approved",
        settled.embeds[0]?.author?.name === "Transfer request approved" &&
          fieldOf(settled, "Status") === "approved"
      )
      expect("the card names who decided", fieldOf(settled, "Decided by") === `<@${LINUS.id}>`)
      expect("no buttons stay on a settled request", buttonsOf(settled).length === 0)

      const edited = yield* command.answeredWhen(
        message => fieldOf(message, "Status") !== undefined,
        patience
      )
      yield* card("Ada's answer is edited:", edited)
      expect("Ada's answer reads approved", fieldOf(edited, "Status") === "approved")

      const thanks = yield* dmOf(GRACE, "Kudos Received")
      yield* card("Grace gets a direct message:", thanks)
      expect("Grace reads the amount", fieldOf(thanks, "Amount") === "10.5 USDC (≈ $10.50)")
      expect("Grace reads who thanks her", fieldOf(thanks, "From") === `<@${ADA.id}>`)
      yield* books
    })

    const approve = Effect.fnUntraced(function* (message: Message) {
      const button = buttonsOf(message).find(({ label }) => label === "Approve")
      const handle: Handle = yield* discord.people.pressButton({
        user: userOf(LINUS),
        message,
        customId: button?.custom_id ?? ""
      })
      const { ms } = yield* handle.acked
      expect("the button is acknowledged at once", ms < 1000)
    })

    const books = Effect.gen(function* () {
      yield* mochi.webhooks.idle
      const requests = yield* mochi.requests
      const vault = yield* mochi.balance(COMMUNITY_VAULT, USDC.id)
      const grace = yield* mochi.balance(GRACE.profileId ?? "", USDC.id)
      const webhooks = yield* mochi.webhooks.log
      yield* say("")
      yield* say(
        `Mochi has ${requests.length} request, ${requests[0]?.status}; ${webhooks.length} signed webhooks, answered ${webhooks.map(({ status }) => status).join(" and ")}.`
      )
      expect(
        "Mochi has one request, and it succeeded",
        requests.length === 1 && requests[0]?.status === "success"
      )
      expect(
        "10.5 USDC went from the vault to Grace",
        before.vault - vault === sent && grace - before.grace === sent
      )
      expect("Mochi took every signature and secret", (yield* mochi.unauthorised).length === 0)
    })

    yield* story.pipe(
      Effect.catchAll(error => Effect.sync(() => differences.push(error.message))),
      Effect.asVoid
    )
    return differences
  })

const titleOf = (message: Message) => message.embeds[0]?.title

const labelsOf = (message: Message) =>
  buttonsOf(message)
    .map(({ label }) => label)
    .join(" ")
