import { Layer } from "effect"
import * as Pseudonyms from "../../src/adapters/postgres/Pseudonyms.ts"
import { settings } from "../adapters/mochi/mochiClients.ts"

/** Pseudonyms with the tests' private key as their key. */
export const layer = Pseudonyms.layer.pipe(Layer.provide(settings("http://127.0.0.1:1")))
