// Share a released report: the phone's own sheet where it has one, else the address is copied.

import { find } from "./_page";

const button = find<HTMLButtonElement>("[data-share]");
if (button && ("share" in navigator || "clipboard" in navigator)) {
  button.hidden = false;
  button.addEventListener("click", () => void share(button));
}

async function share(from: HTMLButtonElement): Promise<void> {
  const url = from.dataset.share ?? location.href;
  if (navigator.share) {
    try {
      await navigator.share({ title: from.dataset.title ?? document.title, url });
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return; // changed their mind
    }
  }
  await copy(from, url);
}

async function copy(from: HTMLButtonElement, url: string): Promise<void> {
  const status = find("[data-share-status]");
  let told = from.dataset.failed ?? "";
  try {
    await navigator.clipboard.writeText(url);
    told = from.dataset.copied ?? "";
  } catch {
    // Not allowed: the address is written out instead, and can be selected.
    told = `${told} ${url}`;
  }
  if (status) status.textContent = told;
}
