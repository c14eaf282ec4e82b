/** Keeps `all` in order; what is equal stays in the order of its arrival. */
export const insertInOrder = <A>(all: Array<A>, added: A, orderOf: (entry: A) => number): void => {
  all.splice(placeInOrder(all, orderOf(added), orderOf), 0, added)
}

/** How many entries of an ordered array come before a new one of this order. */
export const placeInOrder = <A>(
  all: ReadonlyArray<A>,
  order: number,
  orderOf: (entry: A) => number
): number => {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = all[middle]
    if (entry !== undefined && orderOf(entry) <= order) low = middle + 1
    else high = middle
  }
  return low
}

export const removeFrom = <A>(all: Array<A>, entry: A): void => {
  const index = all.indexOf(entry)
  if (index >= 0) all.splice(index, 1)
}
