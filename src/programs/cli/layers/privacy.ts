import { Layer } from "effect"
import * as MochiProfilesHttp from "../../../adapters/mochi/MochiProfilesHttp.ts"
import { Privacy } from "../../../services/Privacy.ts"
import * as stores from "./stores.ts"

export const layer = Privacy.Default.pipe(
  Layer.provide(MochiProfilesHttp.layer),
  Layer.provideMerge(stores.layer)
)
