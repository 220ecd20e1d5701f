// What the service worker does with pushes: shows a notice, and opens its page when it is pressed.
// The title tells nobody what was reported: the server writes it so.

import { type Address, addressOf, bytesOf, keepTold, lastTold } from "./_told";

interface Notice {
  title: string;
  body: string;
  url: string;
  tag: string;
  language: string;
}
interface PushChange extends ExtendableEvent {
  newSubscription?: PushSubscription | null;
}
declare const self: ServiceWorkerGlobalScope;

const MOVE = "/kabar/pindah";

self.addEventListener("push", (event) => {
  const notice = noticeOf(event.data);
  if (notice) event.waitUntil(show(notice));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data as { url: string };
  if (new URL(url, self.location.origin).origin === self.location.origin) {
    event.waitUntil(self.clients.openWindow(url));
  }
});

self.addEventListener("pushsubscriptionchange", ((event: PushChange) => {
  event.waitUntil(follow(event));
}) as EventListener);

/** The push service gave this browser another address, or ended the old one: go on under a new one. */
async function follow(event: PushChange): Promise<void> {
  const told = await lastTold();
  if (!told) return; // nobody asked to be told
  const { pushManager } = self.registration;
  const options = { userVisibleOnly: true, applicationServerKey: bytesOf(told.key) };
  const subscription =
    event.newSubscription ?? (await pushManager.getSubscription()) ?? (await pushManager.subscribe(options));
  const address = addressOf(subscription);
  if (await move(told, address)) await keepTold({ ...address, key: told.key });
}

async function move(old: Address, address: Address): Promise<boolean> {
  const body = new URLSearchParams({ ...address });
  body.set("old_endpoint", old.endpoint);
  body.set("old_p256dh", old.p256dh);
  body.set("old_auth", old.auth);
  const answer = await fetch(MOVE, { method: "POST", body, credentials: "omit" });
  return answer.ok;
}

function noticeOf(data: PushMessageData | null): Notice | null {
  try {
    return data ? (data.json() as Notice) : null;
  } catch {
    return null; // not one of ours
  }
}

function show(notice: Notice): Promise<void> {
  const { title, body, tag, language, url } = notice;
  return self.registration.showNotification(title, { body, tag, lang: language, data: { url } });
}
