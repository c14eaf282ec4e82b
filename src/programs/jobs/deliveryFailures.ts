import { Duration, Option } from "effect"
import type { DeliveryFailure } from "../../services/Deliveries.ts"

export const isPermanent = (failure: DeliveryFailure): boolean => {
  switch (failure._tag) {
    case "Undeliverable":
      return true
    case "MessengerError":
      return failure.reason === "Gone" || failure.reason === "Refused" || failure.reason === "Unreachable"
    case "MochiError":
      return failure.reason === "UnsafePath"
    case "StoreUnavailable":
      return false
  }
}

export const reasonOf = (failure: DeliveryFailure): string => {
  switch (failure._tag) {
    case "Undeliverable":
      return failure.reason
    case "MessengerError":
      return failure.code === 0 ? `Discord: ${failure.reason}` : `Discord ${failure.code}: ${failure.reason}`
    case "MochiError":
      return `Mochi: ${failure.reason}`
    case "StoreUnavailable":
      return "the database was out of reach"
  }
}

/** How long Discord itself asks the bot to wait. */
export const requestedDelay = (failure: DeliveryFailure): Option.Option<Duration.Duration> =>
  failure._tag === "MessengerError" ? Option.map(failure.retryAfterMillis, Duration.millis) : Option.none()
