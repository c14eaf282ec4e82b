import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"

/** The failure for what the database, too, would refuse. */
export const unavailable = (operation: string, why: string): StoreUnavailable =>
  new StoreUnavailable({ operation, cause: new Error(why) })
