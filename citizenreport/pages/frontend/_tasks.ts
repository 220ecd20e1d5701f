// The service worker's share of field tasks: a task that `console/field.ts` has kept opens without a
// network, for as long as a session may last at the most.
//
// What is kept lies in a cache of each person's own. It goes when somebody signs out, and a task that
// the server refuses goes at once. Nothing confidential is ever put there.

export const TASKS = "lapangan-";
const FIELD = "/petugas/lapangan";
const PAPERS = /^\/petugas\/tiket\/(?:foto\/[0-9a-f-]{36}\/kecil|[0-9a-f-]{36}\/perintah-kerja\.pdf)$/;
const LEAVE = "/petugas/keluar";
const KEPT_AT = "X-Kept-At";
const LONGEST_MS = 12 * 60 * 60 * 1000;

/** Whether an address may have been kept. */
export function isOfTask(path: string): boolean {
  return path === FIELD || path.startsWith(`${FIELD}/`) || PAPERS.test(path);
}

/** Whether a form ends the session of whoever works on this phone. */
export function isLeaving(path: string): boolean {
  return path === LEAVE;
}

export async function forgetTasks(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(TASKS)) await caches.delete(name);
}

/** The answer of the network; without one what is kept, null for nothing. */
export async function taskAnswer(request: Request, path: string): Promise<Response | null> {
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch {
    return kept(path);
  }
  if (answer.status === 403 || answer.status === 404) await drop(path);
  return answer.status >= 500 ? ((await kept(path)) ?? answer) : answer;
}

/** A built file that a kept page needs, by whichever version it was built. */
export async function fileOfTask(path: string): Promise<Response | null> {
  return (await find(path)) ?? null;
}

async function kept(path: string): Promise<Response | null> {
  const found = await find(path);
  if (!found) return null;
  const age = Date.now() - Number(found.headers.get(KEPT_AT));
  if (age >= 0 && age < LONGEST_MS) return found;
  await forgetTasks();
  return null;
}

async function find(path: string): Promise<Response | undefined> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(TASKS)) continue;
    const found = await (await caches.open(name)).match(path);
    if (found) return found;
  }
  return undefined;
}

async function drop(path: string): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(TASKS)) await (await caches.open(name)).delete(path);
}
