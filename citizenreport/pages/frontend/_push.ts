// What the service worker does with pushes: shows a notice, and opens its page when it is pressed.
// The title tells nobody what was reported: the server writes it so.

interface Notice {
  title: string;
  body: string;
  url: string;
  tag: string;
  language: string;
}
declare const self: ServiceWorkerGlobalScope;

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

export {};
