import { expect, it } from "@effect/vitest"
import { existsSync, globSync, readFileSync } from "node:fs"

/** Each file that the last column of a table names, with the constants named after it. */
const named = readFileSync("docs/limits.md", "utf8")
  .split("\n")
  .filter(line => /^\| (?!what \||---)/.test(line))
  .flatMap(line => {
    const where = line.split(" | ").at(-1) ?? ""
    let file = ""
    const words = [...where.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word)
    if (words.length < 2) return [{ file: "", name: line }]
    return words.flatMap(word => {
      if (!word.includes("/")) return [{ file, name: word }]
      file = word
      return []
    })
  })

const textOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "")

const missing = (entries: ReadonlyArray<{ readonly file: string; readonly name: string }>) =>
  entries
    .filter(({ file, name }) => !new RegExp(`\\b(const )?${name}( =|: )`).test(textOf(file)))
    .map(({ file, name }) => `${file} ${name}`)

it("every limit that is written down stands where it says", () => {
  expect(named.length).toBeGreaterThan(100)
  expect(missing(named)).toEqual([])
  expect(missing([{ file: "src/process/runMain.ts", name: "noSuchLimit" }])).toEqual([
    "src/process/runMain.ts noSuchLimit"
  ])
})

it("every constant whose name is a limit's is written down", () => {
  const isLimit = /^(most|longest|largest|deepest|widest)([A-Z]\w*)?$|(Within|AtOnce|AtMost|[kK]eptFor\w*)$/
  const limits = globSync("src/**/*.ts").flatMap(file =>
    [...textOf(file).matchAll(/^(?:export )?const (\w+) =/gm)].flatMap(([, name = ""]) =>
      isLimit.test(name) ? [`${file} ${name}`] : []
    )
  )
  const written = new Set(named.map(({ file, name }) => `${file} ${name}`))
  expect(limits.filter(limit => !written.has(limit))).toEqual([])
})
