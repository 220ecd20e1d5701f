// "Tell me on this phone": asks the browser for a push address and gives it to the server.
//
// Shown only where it can work. The service worker shows what comes (`_push.ts` there).

import { find, focusOnFaults } from "./_page";
import { startWorker } from "./_worker";

focusOnFaults();
const box = find("[data-push]");
const button = find<HTMLButtonElement>("[data-push-button]");
const told = find("[data-push-status]");

if (box && button && told && isAble()) {
  box.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    void subscribe(box).then((outcome) => {
      told.textContent = told.dataset[outcome] ?? "";
      button.hidden = outcome === "done";
      button.disabled = false;
    });
  });
}

function isAble(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

async function subscribe(asked: HTMLElement): Promise<"done" | "refused" | "failed"> {
  if ((await Notification.requestPermission()) !== "granted") return "refused";
  try {
    startWorker();
    const { pushManager } = await navigator.serviceWorker.ready;
    const known = await pushManager.getSubscription();
    const key = bytesOf(asked.dataset.key ?? "");
    const subscription = known ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
    return (await give(subscription, asked)) ? "done" : "failed";
  } catch {
    return "failed"; // no network, or a key that changed
  }
}

/** Give the address to the server, with what the form beside it chose. */
async function give(subscription: PushSubscription, asked: HTMLElement): Promise<boolean> {
  const { endpoint, keys } = subscription.toJSON();
  const form = find<HTMLFormElement>("[data-subscribe]");
  const chosen = form ? new FormData(form) : new FormData();
  const body = new URLSearchParams({
    endpoint: endpoint ?? "",
    p256dh: keys?.p256dh ?? "",
    auth: keys?.auth ?? "",
  });
  for (const name of ["kelurahan", "aspek", "seberapa_sering"]) body.set(name, String(chosen.get(name) ?? ""));
  const answer = await fetch(asked.dataset.url ?? "", {
    method: "POST",
    body,
    headers: { "X-CSRF-Token": find<HTMLInputElement>("[name=csrf_token]", asked)?.value ?? "" },
  });
  return answer.ok;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
