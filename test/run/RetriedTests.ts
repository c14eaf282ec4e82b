import { relative } from "node:path"
import type { Reporter, TestCase } from "vitest/node"

/** Prints each test that needed more than one try, so that nobody takes it for one that passed at the first. */
export class RetriedTests implements Reporter {
  readonly #retried: Array<string> = []

  onTestCaseResult(test: TestCase): void {
    const again = test.diagnostic()?.retryCount ?? 0
    if (again > 0) this.#retried.push(lineOf(test, again + 1))
  }

  onTestRunEnd(): void {
    for (const line of this.#retried) console.log(line)
  }
}

const lineOf = (test: TestCase, tries: number): string =>
  `retried: ${relative(process.cwd(), test.module.moduleId)} > ${test.fullName} (${tries} tries, ${test.result().state})`
