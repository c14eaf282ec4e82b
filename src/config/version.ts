import packageJson from "../../package.json" with { type: "json" }

/** This release, as other services see it in `User-Agent` and in telemetry. */
export const version: string = packageJson.version
