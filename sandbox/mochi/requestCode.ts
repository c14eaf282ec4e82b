import { Utils } from "effect"

/** The code of the nth request of a run: `K7Q2ZD` or `K7Q-2ZD`, since clients must not rely on a code without dashes. */
export const requestCode = (seed: number, number: number): string => {
  const random = new Utils.PCGRandom(seed, number)
  const text = Array.from({ length: 6 }, () => ALPHABET[random.integer(ALPHABET.length)]).join("")
  const head = `${text}${number}`
  return number % 2 === 0 ? `${head.slice(0, 3)}-${head.slice(3)}` : head
}

/** without characters that people confuse */
const ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
