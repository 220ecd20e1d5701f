// The service worker: the form opens without a network, and what waits is sent when there is one.
//
// Kept: built files, and the few pages of `BUILD.shell` and `/lapor?kategori=…`, without the token
// that belongs to one browser. Never: anything marked no-store, other pages, answers of the API.
// Tasks in the field are kept by their own page, and only served from here (`_tasks.ts`).
// A part of ours that needs the worker adds its listeners in a module of its own, imported here.

import { entries, flush } from "./_outbox";
import "./_push";
import { fileOfTask, forgetTasks, isLeaving, isOfTask, taskAnswer } from "./_tasks";

interface Build {
  version: string;
  shell: string[]; // pages that are kept from the start
  offline: string; // the one for all others
  parts: Record<string, string[]>; // built module -> modules it imports
}
interface SyncEvent extends ExtendableEvent {
  tag: string;
}
declare const self: ServiceWorkerGlobalScope & { BUILD: Build };

const PREFIX = "lapor-";
const CACHE = PREFIX + self.BUILD.version;
const FILES = "/aset/";
const FORM = "/lapor";
const PARAMETERS = ["lang", "kategori"];
const PATIENCE_MS = 4_000;
const BETWEEN_FORMS_MS = 300;
const TOKEN = /(name="csrf_token" value=")[^"]*/g;
const ASSET = /(?:href|src)="(\/aset\/[^"]+\.(?:js|css|svg|png|woff2))"/g;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (request.method !== "GET") {
      if (isLeaving(url.pathname)) event.waitUntil(forgetTasks());
      if (!navigator.onLine) event.respondWith(offlinePage());
    } else if (isOfTask(url.pathname)) event.respondWith(taskPage(request, url));
    else event.respondWith(isShell(url) ? shellPage(event, url) : otherPage(request));
  } else if (request.method === "GET" && url.pathname.startsWith(FILES) && !request.headers.has("Range")) {
    event.respondWith(file(request, url));
  } else if (request.method === "GET" && isOfTask(url.pathname) && request.destination === "image") {
    event.respondWith(taskPage(request, url));
  }
});

self.addEventListener("sync", ((event: SyncEvent) => {
  event.waitUntil(sendWaiting());
}) as EventListener);

self.addEventListener("message", (event) => {
  const asked = event.data as { type?: unknown; path?: unknown } | null;
  if (asked?.type === "forms") event.waitUntil(keepForms().catch(() => undefined));
  if (asked?.type === "page") event.waitUntil(keepMissing(String(asked.path)).catch(() => undefined));
});

async function install(): Promise<void> {
  const known = await keptPages();
  const pages = new Set([...self.BUILD.shell, self.BUILD.offline, ...known]);
  await Promise.all([...pages].map((path) => keepPage(path).catch(() => undefined)));
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

/** The pages an older worker kept. */
async function keptPages(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === CACHE) continue;
    for (const { url } of await (await caches.open(name)).keys()) {
      const { pathname, search, searchParams } = new URL(url);
      if (pathname === FORM && !searchParams.has("lang")) found.push(pathname + search);
    }
  }
  return found;
}

function isShell(url: URL): boolean {
  const isBare = [...url.searchParams.keys()].every((name) => PARAMETERS.includes(name));
  return isBare && (url.pathname === FORM || self.BUILD.shell.includes(url.pathname));
}

/** Under which address a page is kept: without language, and once more with the one it is in. */
function keyOf(url: URL, language: string | null): string {
  const wanted = new URLSearchParams();
  const category = url.searchParams.get("kategori");
  if (category) wanted.set("kategori", category);
  if (language) wanted.set("lang", language);
  const query = wanted.toString();
  return url.pathname + (query ? `?${query}` : "");
}

async function keepPage(path: string): Promise<void> {
  const url = new URL(path, self.location.origin);
  // The token is taken out below. Asked for without a mark, the answer could change the token of a
  // page that the resident is looking at.
  await keepAnswer(url, await fetch(path, { cache: "no-cache", headers: { "X-To-Keep": "1" } }));
}

/** Keep the page somebody looks at, whose answer came before there was a worker. */
async function keepMissing(path: string): Promise<void> {
  const url = new URL(path, self.location.origin);
  if (isShell(url) && !(await fromPhone(url))) await keepPage(path);
}

/** Keep a page of the shell, if the server lets it be kept, and the files it needs. */
async function keepAnswer(url: URL, answer: Response): Promise<void> {
  const control = answer.headers.get("Cache-Control") ?? "";
  const isPage = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (answer.status !== 200 || answer.redirected || !isPage || /no-store/.test(control)) return;
  const page = (await answer.text()).replace(TOKEN, "$1");
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  const cache = await caches.open(CACHE);
  await keepFiles(cache, page);
  const language = headers.get("Content-Language");
  for (const key of [keyOf(url, null), keyOf(url, language)]) await cache.put(key, new Response(page, { headers }));
}

async function keepFiles(cache: Cache, page: string): Promise<void> {
  const wanted = new Set<string>();
  const add = (path: string): void => {
    if (wanted.has(path)) return;
    wanted.add(path);
    for (const part of self.BUILD.parts[path.slice(FILES.length)] ?? []) add(FILES + part);
  };
  for (const [, path] of page.matchAll(ASSET)) if (path) add(path);
  for (const path of wanted) if (!(await cache.match(path))) await cache.add(path);
}

/** The page from the network; from the phone when there is none, or it is slow, or the server is ill. */
async function shellPage(event: FetchEvent, url: URL): Promise<Response> {
  const kept = await fromPhone(url);
  const asked = fetch(event.request).then((answer) => {
    if (answer.ok) event.waitUntil(keepAnswer(url, answer.clone()).catch(() => undefined));
    return answer;
  });
  if (!kept) return asked.catch(() => offlinePage());
  const late = new Promise<Response>((done) => setTimeout(() => done(kept), PATIENCE_MS));
  const answer = asked.then((given) => (given.status >= 500 ? kept : given), () => kept);
  return Promise.race([answer, late]);
}

async function fromPhone(url: URL): Promise<Response | null> {
  const cache = await caches.open(CACHE);
  const asked = url.searchParams.get("lang");
  const found = asked ? await cache.match(keyOf(url, asked)) : undefined;
  return found ?? (await cache.match(keyOf(url, null))) ?? null;
}

async function otherPage(request: Request): Promise<Response> {
  return fetch(request).catch(() => offlinePage());
}

async function taskPage(request: Request, url: URL): Promise<Response> {
  return (await taskAnswer(request, url.pathname)) ?? offlinePage();
}

async function offlinePage(): Promise<Response> {
  return (await (await caches.open(CACHE)).match(self.BUILD.offline)) ?? Response.error();
}

/** Built files never change under their names. */
async function file(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = (await cache.match(url.pathname)) ?? (await fileOfTask(url.pathname));
  return kept ?? fetch(request);
}

/** Have the form of each category ready that may be kept, gently, in the language of the list. */
async function keepForms(): Promise<void> {
  const cache = await caches.open(CACHE);
  const list = await cache.match(FORM);
  const language = list?.headers.get("Content-Language");
  const page = (await list?.text()) ?? "";
  for (const [, path] of page.matchAll(/href="(\/lapor\?kategori=[^"&]+)"/g)) {
    const kept = path ? await cache.match(path) : undefined;
    if (!path || (kept && kept.headers.get("Content-Language") === language)) continue;
    await new Promise((done) => setTimeout(done, BETWEEN_FORMS_MS));
    await keepPage(path);
  }
}

/** Send, tell open pages, and have the browser wake us again while something waits. */
async function sendWaiting(): Promise<void> {
  await flush({ isEager: true });
  for (const client of await self.clients.matchAll()) client.postMessage({ type: "outbox" });
  if ((await entries()).sound.some((entry) => entry.state === "waiting")) throw new Error("some still wait");
}
