// On every page: install the worker, send what waits, say how many wait.

import { entries, flush, nextIn } from "./_outbox";
import { find } from "./_page";
import { askForForms, askForSync, askForThisPage, startWorker } from "./_worker";

const AFTER_LOAD_MS = 1_000;

let timer = 0;

async function sendWaiting(isEager: boolean): Promise<void> {
  await flush({ isEager });
  await tell();
}

/** Say what waits or wants attention, and plan the next try. */
async function tell(): Promise<void> {
  window.dispatchEvent(new Event("outbox"));
  const { sound } = await entries();
  const count = (state: string): number => sound.filter((entry) => entry.state === state).length;
  for (const place of document.querySelectorAll<HTMLElement>("[data-outbox]")) {
    const n = count(place.dataset.outbox ?? "");
    place.hidden = n === 0;
    const number = find("[data-n]", place);
    if (number) number.textContent = String(n);
  }
  const wait = nextIn(sound);
  clearTimeout(timer);
  if (wait === null) return;
  timer = window.setTimeout(() => run(false), wait + AFTER_LOAD_MS);
  await askForSync();
}

/** Where nothing can be stored, nothing waits. */
function run(isEager: boolean): void {
  sendWaiting(isEager).catch(() => undefined);
}

startWorker();
askForForms();
void askForThisPage();
window.addEventListener("load", () => setTimeout(() => run(true), 0));
window.addEventListener("online", () => run(true));
window.addEventListener("pageshow", (event) => {
  if (event.persisted) run(false);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") run(false);
});
navigator.serviceWorker?.addEventListener("message", () => void tell().catch(() => undefined));
