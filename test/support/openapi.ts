import { existsSync, readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import { ComponentAssertions, EmbedAssertions, embedLength } from "discord.js"
import type { RequestRecord } from "../../sandbox/discord/Recorder.ts"

const file = new URL("../../../shared/discord-openapi.json", import.meta.url)

/** Whether Discord's OpenAPI document lies beside the checkout. Without it the tests check only the builders' limits. */
export const openApiAvailable = existsSync(file)

/**
 * The faults in the bodies of these requests, one line each: by Discord's own OpenAPI document if it is there,
 * and always by the limits of @discordjs/builders. Correct bodies give an empty list.
 */
export const requestFaults = (records: ReadonlyArray<RequestRecord>): ReadonlyArray<string> =>
  records.flatMap(record => {
    if (record.body === undefined) return []
    const { body, method, route } = record
    return [
      ...schemaFaults(
        `${pointer(method, route)}/requestBody/content/application~1json/schema`,
        lenient(body)
      ),
      ...limitFaults(body)
    ].map(fault => `${method} ${route}: ${fault}`)
  })

/** What Discord's document has against this body at this route, without anybody sending it. */
export const faultsOfBody = (route: string, body: unknown): ReadonlyArray<string> =>
  requestFaults([
    {
      method: "POST",
      route,
      path: route,
      query: {},
      body,
      files: [],
      userAgent: null,
      contentType: null,
      at: 0,
      status: 200,
      response: undefined
    }
  ])

/** The faults in the fake's answers to these requests. */
export const responseFaults = (records: ReadonlyArray<RequestRecord>): ReadonlyArray<string> =>
  records.flatMap(({ method, response, route, status }) =>
    response === undefined || status >= 400
      ? []
      : schemaFaults(
          `${pointer(method, route)}/responses/${status}/content/application~1json/schema`,
          response
        ).map(fault => `${method} ${route} ${status}: ${fault}`)
  )

const pointer = (method: string, route: string) =>
  `discord#/paths/${encodeURIComponent(route.replaceAll("~", "~0").replaceAll("/", "~1"))}/${method.toLowerCase()}`

const makeAjv = () => {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true, discriminator: false })
  const formats: Record<string, (value: string) => boolean> = {
    snowflake: value => /^\d{1,20}$/.test(value),
    nonce: value => value.length <= 25,
    uri: value => URL.canParse(value),
    "date-time": value => !Number.isNaN(Date.parse(value))
  }
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, validate)
  for (const name of ["int32", "int64", "double"])
    ajv.addFormat(name, { type: "number", validate: () => true })
  ajv.addSchema({ $id: "discord", ...JSON.parse(readFileSync(file, "utf8")) })
  return ajv
}
let ajv: Ajv2020 | undefined

const schemaFaults = (ref: string, value: unknown): ReadonlyArray<string> => {
  if (!openApiAvailable) return []
  ajv ??= makeAjv()
  const validate = ajv.getSchema(ref) ?? ajv.compile({ $ref: ref })
  return validate(value) ? [] : [ajv.errorsText(validate.errors)]
}

/** Discord accepts `default_member_permissions` as a string of digits, though the document says integer. */
const lenient = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lenient)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === "default_member_permissions" && typeof part === "string" ? Number(part) : lenient(part)
    ])
  )
}

const assertions: Record<string, (value: unknown) => unknown> = {
  title: value => EmbedAssertions.titlePredicate.parse(value),
  color: value => EmbedAssertions.colorPredicate.parse(value),
  custom_id: value => ComponentAssertions.customIdValidator.parse(value),
  label: value => ComponentAssertions.buttonLabelValidator.parse(value),
  fields: value => EmbedAssertions.embedFieldsArrayPredicate.parse(value),
  // The document allows 4000, which is for paying people; a bot has 2000.
  content: value => {
    if (typeof value === "string" && value.length > 2000) throw new Error("content is over 2000 characters")
  },
  embeds: value => {
    if (!Array.isArray(value)) return
    if (value.length > 10) throw new Error("over 10 embeds")
    for (const embed of value) EmbedAssertions.descriptionPredicate.parse(embed.description ?? null)
    if (value.reduce((sum: number, embed) => sum + embedLength(embed), 0) > 6000) {
      throw new Error("embeds are over 6000 characters in all")
    }
  }
}

const limitFaults = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(limitFaults)
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => {
    const check = assertions[key]
    if (check === undefined || part === null || part === undefined) return limitFaults(part)
    try {
      check(part)
      return limitFaults(part)
    } catch (error) {
      return [`${key}: ${error instanceof Error ? error.message : String(error)}`]
    }
  })
}
