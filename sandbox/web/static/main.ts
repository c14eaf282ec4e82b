import { mountComposer } from "./composer.ts"
import { mountGuide } from "./guide.ts"
import { mountHeader } from "./header.ts"
import { follow } from "./live.ts"
import { mountPanel } from "./panel.ts"
import { currentRoute, followRoute } from "./route.ts"
import { loadSeen, markOpenChannelAsRead } from "./seen.ts"
import { mountSidebar } from "./sidebar.ts"
import { makeStore, meOf } from "./store.ts"
import { startTheme } from "./theme.ts"
import { keepCounting } from "./time.ts"
import { mountTimeline } from "./timeline.ts"

startTheme()
const store = makeStore({
  ...currentRoute(),
  view: {},
  online: true,
  seen: loadSeen(),
  dismissed: new Set(),
  panelTab: "mochi",
  drawer: null
})
mountSidebar(store)
mountHeader(store)
mountTimeline(store)
const composer = mountComposer(store)
mountGuide(store, () => composer.start("kudos"))
mountPanel(store)
markOpenChannelAsRead(store)
followRoute(store)
keepCounting()
follow(store)

store.subscribe(state => {
  const me = meOf(state)
  document.title = me === undefined ? "Mochi sandbox" : `${me.name} · Mochi sandbox`
})
