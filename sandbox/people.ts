/** The people of the sandbox. The fake Discord and the fake Mochi both seed their worlds from this list. */
export interface Person {
  /** Discord snowflake */
  readonly id: string
  readonly username: string
  readonly displayName: string
  /** Mochi profile id; missing = this person never created one */
  readonly profileId?: string
  /** one line that tells a visitor what to try as this person */
  readonly role: string
}

export const ADA: Person = {
  id: "184027593016284160",
  username: "ada",
  displayName: "Ada",
  profileId: "90101",
  role: "Requester: may ask for kudos from the vaults of DAO App, and owns Research Guild"
}

export const GRACE: Person = {
  id: "80351110224678912",
  username: "grace",
  displayName: "Grace",
  profileId: "90102",
  role: "Recipient: has a Mochi profile, belongs to no application"
}

export const LINUS: Person = {
  id: "1098765432109876224",
  username: "linus",
  displayName: "Linus",
  profileId: "90103",
  role: "Owner of DAO App: approves or rejects its requests"
}

export const MALLORY: Person = {
  id: "302050872383242240",
  username: "mallory",
  displayName: "Mallory",
  role: "Has no Mochi profile: can neither send nor receive kudos"
}

export const RADIA: Person = {
  id: "721450985214771205",
  username: "radia",
  displayName: "Radia",
  profileId: "90104",
  role: "Administers the Discord server; has a Mochi profile but no application"
}

export const PEOPLE: ReadonlyArray<Person> = [ADA, GRACE, LINUS, MALLORY, RADIA]
