// Reports written on this phone, until the server has them: each is sent once, however often tried.
//
// The server keeps an Idempotency-Key for 24 hours. A report whose answer got lost longer ago than
// that would be taken in a second time, so a person decides about it.

import { asEntry, type Entry, type Field } from "./_kept";
import { type Outcome, post } from "./_post";
import { solveProof } from "./_proof";
import { store } from "./_store";

const FIRST_WAIT_MS = 5_000;
const LAST_WAIT_MS = 30 * 60_000;
const KEY_IS_SAFE_MS = 20 * 3600_000;
const LOCK = "outbox";
const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"; // no look-alikes: people write it down
const SECRET_LETTERS = 28; // of 31: 138 bits
const KEY_BYTES = 16;

/** What is needed to make an entry. */
export interface Written {
  report: Record<string, unknown>; // without its secret
  photos: Blob[];
  category: string;
  title: string;
  fields: Field[];
}

/**
 * Make an entry with a secret of its own; it is not stored yet. `key`: what the same report was posted
 * under before, if it was, so that the server takes it in once; else it gets a new one.
 */
export function compose(written: Written, key = ""): Entry {
  const secret = newSecret();
  return {
    id: key || newKey(),
    report: JSON.stringify({ ...written.report, secret }),
    photos: written.photos,
    secret,
    category: written.category,
    title: written.title,
    fields: written.fields,
    written_at: Date.now(),
    state: "waiting",
    is_busy: false,
    tries: 0,
    next_at: 0,
    unknown_since: 0,
    sent_at: 0,
    code: "",
    is_confidential: false,
    why: "",
    faults: [],
  };
}

/** Store an entry. Rejects when there is no room. */
export async function keep(entry: Entry): Promise<void> {
  await (await store()).put("outbox", entry);
}

export async function drop(id: string): Promise<void> {
  await (await store()).delete("outbox", id);
}

/** All that is kept, the oldest first; what is no entry is counted, and under which key it lies. */
export async function entries(): Promise<{ sound: Entry[]; broken: string[] }> {
  const database = await store();
  const keys = await database.getAllKeys("outbox");
  const sound: Entry[] = [];
  const broken: string[] = [];
  for (const key of keys) {
    const entry = asEntry(await database.get("outbox", key));
    if (entry) sound.push(entry);
    else broken.push(key);
  }
  sound.sort((a, b) => a.written_at - b.written_at);
  return { sound, broken };
}

/** Store what became of a try. What its writer deleted meanwhile stays deleted, unless it was sent. */
async function update(entry: Entry): Promise<void> {
  const change = (await store()).transaction("outbox", "readwrite");
  const isThere = (await change.store.getKey(entry.id)) !== undefined;
  if (isThere || entry.state === "sent") await change.store.put(entry);
  await change.done;
}

/** Try what waits and is due. `isEager`: the network just came back, so what had none is due. */
export async function flush({ isEager = false } = {}): Promise<Entry[]> {
  return alone(async () => {
    const tried: Entry[] = [];
    for (const entry of (await entries()).sound) {
      if (entry.state === "waiting" && isDue(entry, isEager)) tried.push(await attempt(entry, update));
    }
    return tried;
  });
}

/** Try a stored entry now; returns what became of it, null when it is no longer there. */
export async function sendKept(id: string): Promise<Entry | null> {
  return alone(async () => {
    const entry = asEntry(await (await store()).get("outbox", id));
    return entry?.state === "waiting" ? attempt(entry, update) : entry;
  });
}

/** Try an entry that is in memory only. */
export async function sendUnkept(entry: Entry): Promise<Entry> {
  return alone(() => attempt(entry, async () => undefined));
}

/** Put an entry under a new key, because a person said so: it may be taken in a second time. */
export async function sendAgain(entry: Entry): Promise<void> {
  const again = { ...entry, id: newKey(), state: "waiting" as const, tries: 0, next_at: 0, unknown_since: 0 };
  const change = (await store()).transaction("outbox", "readwrite");
  await Promise.all([change.store.delete(entry.id), change.store.put(again), change.done]);
}

/** When the next try is due, in ms from now; null when nothing waits. */
export function nextIn(waiting: Entry[]): number | null {
  const due = waiting.filter((entry) => entry.state === "waiting").map((entry) => entry.next_at);
  return due.length ? Math.max(0, Math.min(...due) - Date.now()) : null;
}

/** Say whether an entry may be tried now. `isEager`: the network just came back. */
export function isDue(entry: Entry, isEager: boolean): boolean {
  return entry.next_at <= Date.now() || (isEager && !entry.is_busy);
}

async function attempt(entry: Entry, save: (entry: Entry) => Promise<void>): Promise<Entry> {
  if (entry.unknown_since && Date.now() - entry.unknown_since > KEY_IS_SAFE_MS) {
    return saved({ ...entry, state: "unsure" }, save);
  }
  // Noted before the try: the phone may go off during it.
  const begun = await saved({ ...entry, unknown_since: entry.unknown_since || Date.now() }, save);
  const outcome = await post(begun, await solveProof().catch(() => null));
  return saved(after(begun, outcome, entry.unknown_since), save);
}

/** What an entry becomes. Of a sent one only code and secret stay. Pure but for clock and jitter. */
function after(entry: Entry, outcome: Outcome, unknownBefore: number): Entry {
  if (outcome.kind === "sent") {
    const { code, secret, is_confidential } = outcome.ack;
    const bare = { report: "-", photos: [], fields: [], title: is_confidential ? "" : entry.title };
    return { ...entry, ...bare, category: "", state: "sent", sent_at: Date.now(), code, secret, is_confidential };
  }
  if (outcome.kind === "refused") {
    return { ...entry, state: "refused", why: outcome.why, faults: outcome.faults, unknown_since: 0 };
  }
  const growing = Math.min(FIRST_WAIT_MS * 2 ** entry.tries, LAST_WAIT_MS);
  const wait = outcome.wait_ms + growing * (0.5 + Math.random() / 2);
  return {
    ...entry,
    tries: Math.min(entry.tries + 1, 30),
    next_at: Date.now() + wait,
    is_busy: outcome.is_busy,
    unknown_since: outcome.may_have_it ? entry.unknown_since : unknownBefore,
  };
}

/** A phone without room still sends: the same key tells the server that it is the same report. */
async function saved(entry: Entry, save: (entry: Entry) => Promise<void>): Promise<Entry> {
  await save(entry).catch(() => undefined);
  return entry;
}

/** Run with no other page or worker of ours sending; the server's key guards where locks are missing. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return "locks" in navigator ? navigator.locks.request(LOCK, work) : work();
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function newSecret(): string {
  let secret = "";
  while (secret.length < SECRET_LETTERS) {
    for (const byte of crypto.getRandomValues(new Uint8Array(SECRET_LETTERS))) {
      if (byte < 256 - (256 % LETTERS.length)) secret += LETTERS[byte % LETTERS.length];
    }
  }
  return secret.slice(0, SECRET_LETTERS);
}
