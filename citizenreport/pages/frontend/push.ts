// "Tell me on this phone": asks the browser for a push address and gives it to the server.
//
// Shown only where it can work. The service worker shows what comes (`_push.ts` there).

import { find, focusOnFaults } from "./_page";
import { addressOf, bytesOf, forgetTold, keepTold } from "./_told";
import { startWorker } from "./_worker";

type Outcome = "done" | "stopped" | "refused" | "failed";

focusOnFaults();
const box = find("[data-push]");
if (box && isAble()) {
  box.hidden = false;
  offer(box, "[data-push-button]", subscribe);
  offer(box, "[data-push-stop]", stop);
  void known().then((subscription) => {
    showStop(box, subscription !== null);
    if (subscription) fillList(box, subscription);
  });
}

/** Have a button do its act once, and say what came of it. */
function offer(asked: HTMLElement, selector: string, act: (asked: HTMLElement) => Promise<Outcome>): void {
  const button = find<HTMLButtonElement>(selector, asked);
  const told = find("[data-push-status]", asked);
  button?.addEventListener("click", () => {
    button.disabled = true;
    void act(asked).then((outcome) => {
      if (told) told.textContent = told.dataset[outcome] ?? "";
      if (outcome === "done" || outcome === "stopped") showStop(asked, outcome === "done");
      button.disabled = false;
    });
  });
}

function showStop(asked: HTMLElement, isTold: boolean): void {
  const told = find("[data-push-told]", asked);
  if (told) told.hidden = !isTold;
}

/** The form that leads to what this browser is subscribed to: its address is the key to it. */
function fillList(asked: HTMLElement, subscription: PushSubscription): void {
  const form = find<HTMLFormElement>("[data-push-list]", asked);
  if (!form) return;
  for (const [name, value] of Object.entries(addressOf(subscription))) {
    const field = find<HTMLInputElement>(`[name=${name}]`, form);
    if (field) field.value = value;
  }
  form.hidden = false;
}

function isAble(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** What this browser is told by already; null for nothing, or where there is no worker yet. */
async function known(): Promise<PushSubscription | null> {
  try {
    const worker = await navigator.serviceWorker.getRegistration();
    return (await worker?.pushManager.getSubscription()) ?? null;
  } catch {
    return null;
  }
}

async function subscribe(asked: HTMLElement): Promise<Outcome> {
  if ((await Notification.requestPermission()) !== "granted") return "refused";
  try {
    startWorker();
    const { pushManager } = await navigator.serviceWorker.ready;
    const key = bytesOf(asked.dataset.key ?? "");
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const subscription = (await pushManager.getSubscription()) ?? (await pushManager.subscribe(options));
    if (!(await give(asked, asked.dataset.url, subscription))) return "failed";
    await keepTold({ ...addressOf(subscription), key: asked.dataset.key ?? "" });
    fillList(asked, subscription);
    return "done";
  } catch {
    return "failed"; // no network, or a key that changed
  }
}

/** Have the server forget this browser, for all reports and areas. */
async function stop(asked: HTMLElement): Promise<Outcome> {
  try {
    const subscription = await known();
    if (subscription && !(await give(asked, asked.dataset.stopUrl, subscription))) return "failed";
    await subscription?.unsubscribe();
    await forgetTold();
    const list = find("[data-push-list]", asked);
    if (list) list.hidden = true;
    return "stopped";
  } catch {
    return "failed";
  }
}

/** Give the address to the server, with what the form beside it chose. */
async function give(asked: HTMLElement, url: string | undefined, subscription: PushSubscription): Promise<boolean> {
  const form = find<HTMLFormElement>("[data-subscribe]");
  const chosen = form ? new FormData(form) : new FormData();
  const body = new URLSearchParams({ ...addressOf(subscription) });
  for (const name of ["kelurahan", "aspek", "seberapa_sering"]) body.set(name, String(chosen.get(name) ?? ""));
  const token = find<HTMLInputElement>("[name=csrf_token]", asked)?.value ?? "";
  const answer = await fetch(url ?? "", { method: "POST", body, headers: { "X-CSRF-Token": token } });
  return answer.ok;
}
