import { Effect, HashMap, Layer, Option } from "effect"
import { WorkStart } from "../../context/WorkStart.ts"
import type { UserId } from "../../domain/Ids.ts"
import { People } from "../../ports/People.ts"
import { startOfWork, wasErased } from "./fence.ts"
import type { Person } from "./State.ts"
import { Tables } from "./Tables.ts"

/** Stores nothing about a person who was erased after the current work began. */
export const layer: Layer.Layer<People, never, Tables> = Layer.effect(
  People,
  Effect.gen(function* () {
    const tables = yield* Tables

    const keep = (id: UserId, change: Partial<Person>) =>
      Effect.flatMap(WorkStart, start =>
        tables.update((state, now) => {
          if (wasErased(state, startOfWork(state, now, start), [id])) return state
          const person = { ...Option.getOrElse(HashMap.get(state.people, id), () => newcomer), ...change }
          return { ...state, people: HashMap.set(state.people, id, person) }
        })
      )

    return {
      dmChannel: (id, application) =>
        tables.read(({ people }) =>
          HashMap.get(people, id).pipe(
            Option.flatMap(({ dm }) => dm),
            Option.filter(dm => dm.application === application),
            Option.map(({ channel }) => channel)
          )
        ),
      rememberDmChannel: (id, channel, application) =>
        keep(id, { dm: Option.some({ channel, application }) }),
      forgetDmChannel: (id, channel) =>
        tables.update(state => ({
          ...state,
          people: HashMap.modify(state.people, id, person => ({
            ...person,
            dm: Option.filter(person.dm, dm => dm.channel !== channel)
          }))
        })),
      wantsNotifications: id =>
        tables.read(({ people }) =>
          Option.match(HashMap.get(people, id), {
            onNone: () => true,
            onSome: ({ notifications }) => notifications
          })
        ),
      chooseNotifications: (id, notifications) => keep(id, { notifications })
    }
  })
)

const newcomer: Person = { dm: Option.none(), notifications: true }
