// Two people with supabase-js: they sign in, read, write, follow changes and meet in a private room.
import { createClient } from "@supabase/supabase-js"
import WebSocket from "ws"

const given = JSON.parse(process.argv[2])
const seen = {}

const connect = async (person) => {
  const client = createClient(given.url, given.key, {
    auth: { persistSession: false },
    realtime: { transport: WebSocket, vsn: given.vsn },
  })
  const { error } = await client.auth.signInWithPassword(person)
  if (error) throw error
  await client.realtime.setAuth()
  return client
}

const until = async (condition) => {
  for (const start = Date.now(); !condition(); ) {
    if (Date.now() - start > 10_000) throw new Error(`never: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const subscribed = (channel) =>
  new Promise((resolve) =>
    channel.subscribe((state, error) => resolve(error ? `${state}: ${error.message}` : state)),
  )

const host = await connect(given.host)
const other = await connect(given.other)
seen.wrongPassword = (
  await host.auth.signInWithPassword({ ...given.host, password: "wrong" })
).error.code
await host.auth.signInWithPassword(given.host)
await host.realtime.setAuth()

const changes = []
let isLive = false
const board = other
  .channel("board")
  .on("postgres_changes", { event: "*", schema: "public", table: "practice_sessions" }, (change) =>
    changes.push([change.eventType, change.new.type ?? null]),
  )
  .on("system", {}, (message) => (isLive ||= message.extension === "postgres_changes"))
seen.board = await subscribed(board)
const filter = `id=eq.${given.session}`
const mine = host.channel("mine")
const heard = []
mine.on("postgres_changes", { event: "INSERT", schema: "public", table: "practice_sessions", filter }, (change) =>
  heard.push(change.new.type),
)
let isFiltered = false
mine.on("system", {}, (message) => (isFiltered ||= message.extension === "postgres_changes"))
await subscribed(mine)
await until(() => isFiltered)
await until(() => isLive)

const sessions = host.from("practice_sessions")
const start = new Date(Date.now() + 3_600_000).toISOString()
const row = { id: given.session, host_id: given.hostId, datetime_utc: start, type: "mock" }
seen.inserted = (await sessions.insert(row).select("type, host:profiles!practice_sessions_host_id_fkey(last_name)").single()).data
await until(() => changes.length === 1)
seen.forbidden = (await other.from("practice_sessions").insert({ ...row, id: given.hostId })).error.code
seen.updated = (await sessions.update({ type: "review" }).eq("id", given.session).select("type")).data
await until(() => changes.length === 2)
seen.ambiguous = (await other.from("practice_sessions").select("id, profiles(last_name)")).error.code
seen.nobody = (await other.from("profiles").select("user_id").eq("last_name", "Nobody").maybeSingle()).data
const files = host.storage.from("assessments")
const file = `${given.session}/transcript.json`
seen.uploaded = (await files.upload(file, "{}", { contentType: "application/json" })).error
seen.info = (await files.info(file)).data.size
seen.exists = [(await files.exists(file)).data, (await files.exists(`${given.session}/none.json`)).data]
seen.removed = (await files.remove([file])).data.length
seen.count = (await other.from("practice_sessions").select("id", { count: "exact", head: true })).count
seen.deleted = (await sessions.delete().eq("id", given.session)).status
await until(() => changes.length === 3)
seen.changes = changes
seen.heard = heard

const operator = createClient(given.url, given.secret, {
  auth: { persistSession: false },
  realtime: { transport: WebSocket },
}).auth.admin
seen.made = (await operator.createUser({ email: "made@example.org", email_confirm: true })).data.user.email
seen.users = (await operator.listUsers()).data.users.length

const room = (client, key) =>
  client.channel("ward", {
    config: { private: true, presence: { key }, broadcast: { ack: true, self: true } },
  })
const said = []
const there = { host: new Set(), other: new Set() }
const rooms = { host: room(host, "host"), other: room(other, "other") }
for (const [name, channel] of Object.entries(rooms)) {
  channel.on("broadcast", { event: "said" }, ({ payload }) => said.push(`${name} heard ${payload.text}`))
  channel.on("presence", { event: "sync" }, () => (there[name] = new Set(Object.keys(channel.presenceState()))))
}
seen.host = await subscribed(rooms.host)
seen.other = await subscribed(rooms.other)
seen.track = [await rooms.host.track({ role: "host" }), await rooms.other.track({ role: "guest" })]
await until(() => there.host.size === 2 && there.other.size === 2)
seen.send = await rooms.host.send({ type: "broadcast", event: "said", payload: { text: "grüß" } })
await until(() => said.length === 2)
seen.said = said.sort()
await other.removeChannel(rooms.other)
await until(() => there.host.size === 1)

const closed = host.channel("closed", { config: { private: true } })
seen.closed = await subscribed(closed)
await Promise.all([host.removeAllChannels(), other.removeAllChannels()])
seen.signedOut = (await host.auth.signOut()).error
console.log(JSON.stringify(seen))
process.exit(0)
