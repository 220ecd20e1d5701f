// Tasks on the phone: when the list is seen with a network, the list and each task that is mine are
// kept, so that a task opens without one though nobody has looked at it before.
//
// Kept: the list without confidential lines, the pages of my tasks, their small photos, their work
// orders, and the files that these pages need; without the token that belongs to one session. What
// is no longer on the list goes, and so does what somebody else kept on this phone.

const TASKS = "lapangan-";
const KEPT_AT = "X-Kept-At";
const VERSION = "X-Version";
const BETWEEN_MS = 150;
const SCRIPTS = "script[src], link[rel=stylesheet][href], link[rel=icon][href]";

interface Task {
  page: string;
  paper: string;
  version: string;
}

/** Keep what the list in the document names. Quietly: without room or network it is as before. */
export async function keepTasks(staff: string): Promise<void> {
  if (!("caches" in window) || !staff || document.body.dataset["keptAt"]) return;
  await forgetOthers(staff);
  const cache = await caches.open(TASKS + staff);
  const tasks = tasksHere();
  const wanted = new Set([location.pathname]);
  await keepPage(cache, location.pathname, "", wanted);
  for (const task of tasks) {
    const isNew = (await cache.match(task.page))?.headers.get(VERSION) !== task.version;
    if (isNew) await pause();
    await keepPage(cache, task.page, task.version, wanted, isNew);
    await keepFile(cache, task.paper, wanted, isNew);
  }
  for (const { url } of await cache.keys()) if (!wanted.has(new URL(url).pathname)) await cache.delete(url);
}

function tasksHere(): Task[] {
  const lines = document.querySelectorAll<HTMLElement>("[data-keep]");
  return [...lines].map(({ dataset }) => ({
    page: dataset["keep"] ?? "",
    paper: dataset["paper"] ?? "",
    version: dataset["version"] ?? "",
  }));
}

async function forgetOthers(staff: string): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(TASKS) && name !== TASKS + staff) await caches.delete(name);
  }
}

/** Keep a page as it is to be seen without a network. One that is the same still is not asked for. */
async function keepPage(cache: Cache, path: string, version: string, wanted: Set<string>, isNew = true): Promise<void> {
  wanted.add(path);
  const answer = isNew ? await asked(path) : ((await cache.match(path)) ?? null);
  if (!answer) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (isNew) await cache.put(path, cleaned(page, answer, version));
  for (const file of page.querySelectorAll(SCRIPTS)) await keepFile(cache, pathIn(file, "src") ?? pathIn(file, "href"), wanted);
  for (const image of page.querySelectorAll("img[src]")) await keepFile(cache, pathIn(image, "src"), wanted);
  for (const part of partsOf(page)) await keepFile(cache, part, wanted);
}

/** A page without tokens and without confidential lines, marked with when it was kept. */
function cleaned(page: Document, answer: Response, version: string): Response {
  for (const line of page.querySelectorAll("[data-confidential]")) line.remove();
  for (const field of page.querySelectorAll("input[name=csrf_token]")) field.setAttribute("value", "");
  const now = Date.now();
  page.body.dataset["keptAt"] = String(now);
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Set-Cookie"]) headers.delete(name);
  headers.set(KEPT_AT, String(now));
  headers.set(VERSION, version);
  return new Response(`<!doctype html>${page.documentElement.outerHTML}`, { headers });
}

/** The modules that the scripts of a page import, as the page names them. */
function partsOf(page: Document): string[] {
  return [...page.querySelectorAll<HTMLElement>("[data-parts]")].flatMap((one) => (one.dataset["parts"] ?? "").split(" ").filter(Boolean));
}

async function keepFile(cache: Cache, path: string | null, wanted: Set<string>, isNew = false): Promise<void> {
  if (!path || wanted.has(path)) return;
  wanted.add(path);
  if (!isNew && (await cache.match(path))) return;
  const answer = await asked(path);
  if (!answer) return;
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, String(Date.now()));
  await cache.put(path, new Response(await answer.blob(), { headers }));
}

function pathIn(element: Element, name: string): string | null {
  const given = element.getAttribute(name);
  if (!given) return null;
  const url = new URL(given, location.origin);
  return url.origin === location.origin ? url.pathname : null;
}

async function asked(path: string): Promise<Response | null> {
  const answer = await fetch(path, { headers: { "X-To-Keep": "1" } }).catch(() => null);
  return answer && answer.status === 200 && !answer.redirected ? answer : null;
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, BETWEEN_MS));
}
