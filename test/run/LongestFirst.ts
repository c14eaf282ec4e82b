import { BaseSequencer } from "vitest/node"
import type { TestSpecification } from "vitest/node"
import { longest } from "./groups.ts"

/** The files of `longest` in their order, then the others as Vitest would have them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const usual = await super.sort(files)
    return usual.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longest.findIndex(file => moduleId.endsWith(`/${file}`))
  return place === -1 ? longest.length : place
}
