import packageJson from "../package.json" with { type: "json" }

/** The settings of memory that `npm start` gives to Node: whoever runs the service in a process of its own gives them too. */
export const nodeFlags: ReadonlyArray<string> = packageJson.config.node.split(" ")
