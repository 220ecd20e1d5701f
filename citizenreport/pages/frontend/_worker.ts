// The service worker, as pages see it.

const SYNC = "outbox";

interface SyncManager {
  register(tag: string): Promise<void>;
}

/** Install it, or look for a newer one. */
export function startWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);
}

/** Ask the browser to wake the worker when there is a network; many browsers say no. */
export async function askForSync(): Promise<void> {
  try {
    const found = await navigator.serviceWorker.getRegistration();
    const { sync } = (found ?? {}) as { sync?: SyncManager };
    await sync?.register(SYNC);
  } catch {
    // Denied: pages send by themselves when they open or hear of a network.
  }
}

/** Have this page ready for when there is no network, if it is one of those that may be kept. */
export async function askForThisPage(): Promise<void> {
  const found = await navigator.serviceWorker?.ready;
  found?.active?.postMessage({ type: "page", path: location.pathname + location.search });
}

/** Have further forms ready for when there is no network, from the second visit on. */
export function askForForms(): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (!connection?.saveData) navigator.serviceWorker?.controller?.postMessage({ type: "forms" });
}
