import { Console, Data, Effect } from "effect"
import type { Scope } from "effect"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** This repository's folder, with a trailing slash. */
export const here = new URL("../", import.meta.url)

export class CheckoutFailed extends Data.TaggedError("CheckoutFailed")<{ readonly message: string }> {}

/** Another commit in a folder of its own, installed; it goes when the scope closes. */
export const checkOut = (commit: string, folder: string): Effect.Effect<URL, CheckoutFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const path = join(folder, "before")
    const naming = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`]
    const id = yield* Effect.mapError(
      run("git", naming),
      () => new CheckoutFailed({ message: `There is no commit ${commit}.` })
    )
    yield* Effect.acquireRelease(run("git", ["worktree", "add", "--detach", path, id.trim()]), () =>
      Effect.ignore(run("git", ["worktree", "remove", "--force", path]))
    )
    yield* Console.log(`Installing ${commit} …`)
    yield* run("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], path)
    return pathToFileURL(`${path}/`)
  })

/** Returns what the command prints. */
const run = (command: string, words: ReadonlyArray<string>, folder = fileURLToPath(here)) =>
  Effect.async<string, CheckoutFailed>((resume, signal) => {
    execFile(command, words, { cwd: folder, signal }, (error, stdout, stderr) => {
      const failed = () => new CheckoutFailed({ message: [command, ...words, "failed\n"].join(" ") + stderr })
      resume(error === null ? Effect.succeed(stdout) : Effect.fail(failed()))
    })
  })

/** What `npm start` passes to Node in this checkout. */
export const startArguments = (checkout: URL): ReadonlyArray<string> =>
  nodeArguments(JSON.parse(readFileSync(new URL("package.json", checkout), "utf8")), fileURLToPath(checkout))

interface Package {
  readonly scripts: { readonly start: string }
  /** npm passes it on in variables. */
  readonly config?: Readonly<Record<string, string>>
}

/** What the script `start` passes to Node, with absolute paths. `root`: the package's folder, with a trailing slash. */
export const nodeArguments = ({ config = {}, scripts }: Package, root: string): ReadonlyArray<string> => {
  const script = scripts.start.replace(/\$npm_package_config_(\w+)/g, (_, name: string) => config[name] ?? "")
  const words = script.split(/\s+/)
  return words
    .slice(words.indexOf("node") + 1)
    .map(word => word.replace(/(^|=)(?:\.\/|(?=src\/))/, `$1${root}`))
}
