// Visits written on this phone, until the server has them. Each carries the id its page gave it, by
// which the server knows a repeat: it is taken in once, however often it is tried.
//
// Only visits are kept, with what was typed and the photos; no page and nothing of the report. Of
// confidential tickets there is no such page.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export type State = "waiting" | "login" | "conflict" | "refused";

export interface Visit {
  id: string;
  staff: string; // whose visit it is: nobody else on this phone sends or sees it
  url: string; // the task's page, which also takes the visit
  code: string;
  fields: [string, string][];
  photos: File[];
  written_at: number;
  state: State;
  why: string;
}

interface Kept extends DBSchema {
  visits: { key: string; value: Visit };
}

const LOCK = "visits";
const PATIENCE_MS = 120_000;
let opened: Promise<IDBPDatabase<Kept>> | null = null;

function store(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>("citizenreport-field", 1, {
    upgrade: (database) => void database.createObjectStore("visits", { keyPath: "id" }),
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Keep a visit, in place of what was kept of the same one. Rejects without room. */
export async function keep(visit: Visit): Promise<void> {
  await (await store()).put("visits", visit);
}

export async function drop(id: string): Promise<void> {
  await (await store()).delete("visits", id);
}

/** All that is kept of one person, the oldest first. */
export async function visits(staff: string): Promise<Visit[]> {
  const found = await (await store()).getAll("visits").catch(() => []);
  return found.filter((visit) => visit.staff === staff).sort((a, b) => a.written_at - b.written_at);
}

/** Try what waits of one person; gives how many were taken in. `list`: a page with a token. */
export async function flush(list: string, staff: string): Promise<number> {
  const work = async (): Promise<number> => {
    const waiting = (await visits(staff)).filter((visit) => visit.state === "waiting" || visit.state === "login");
    if (!waiting.length || !navigator.onLine) return 0;
    const pass = await token(list, staff);
    if (pass === null) return 0;
    let sent = 0;
    for (const visit of waiting) sent += (await attempt(visit, pass)) ? 1 : 0;
    return sent;
  };
  return "locks" in navigator ? navigator.locks.request(LOCK, work) : work();
}

/** A fresh token; empty when this person has to sign in first, null without a network. */
async function token(list: string, staff: string): Promise<string | null> {
  try {
    const answer = await fetch(list, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) return null;
    const signedIn = page.querySelector<HTMLElement>("[data-outbox]")?.dataset.staff;
    return signedIn !== staff ? "" : (page.querySelector<HTMLInputElement>("input[name=csrf_token]")?.value ?? null);
  } catch {
    return null;
  }
}

async function attempt(visit: Visit, pass: string): Promise<boolean> {
  if (!pass) {
    await keep({ ...visit, state: "login", why: "" });
    return false;
  }
  const body = new FormData();
  for (const [name, value] of visit.fields) if (name !== "csrf_token") body.append(name, value);
  body.append("csrf_token", pass);
  for (const photo of visit.photos) body.append("photos", photo, photo.name || "foto.jpg");
  const gaveUp = new AbortController();
  const timer = setTimeout(() => gaveUp.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(visit.url, { method: "POST", body, redirect: "manual", signal: gaveUp.signal });
    if (answer.type === "opaqueredirect") {
      await drop(visit.id);
      return true;
    }
    await keep({ ...visit, ...(await refusal(answer)) });
  } catch {
    await keep({ ...visit, state: "waiting" });
  } finally {
    clearTimeout(timer);
  }
  return false;
}

/** What an answer that is no yes makes of a visit. Only a clear no is one; the rest waits. */
async function refusal(answer: Response): Promise<{ state: State; why: string }> {
  if (answer.status >= 500 || answer.status === 429) return { state: "waiting", why: "" };
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = page.querySelector("[data-problem]") ?? page.querySelector("main");
  const why = [...(told?.querySelectorAll("h1, h2, p") ?? [])].map((part) => part.textContent?.trim() ?? "").filter(Boolean);
  return { state: answer.status === 409 ? "conflict" : "refused", why: why.slice(0, 2).join(" ") };
}
