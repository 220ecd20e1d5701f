// The receipt: copy and print.

import { forgetArrived } from "./_drafts";
import { drop, entries } from "./_outbox";
import { keepOwn } from "./_own";
import { find, showScripted } from "./_page";

showScripted();
void forgetArrived();

const copy = find<HTMLButtonElement>("[data-copy]");
copy?.addEventListener("click", () => {
  const told = find("[data-copy-status]");
  navigator.clipboard?.writeText(copy.dataset.copy ?? "").then(
    () => {
      if (told) told.textContent = copy.dataset.copied ?? "";
    },
    () => undefined, // not allowed: the code is on the page, and can be selected
  );
});

find("[data-print]")?.addEventListener("click", () => window.print());

// The phone's own list asks first. What was sent from this phone is told here: it need not be kept.
const offer = find("[data-own]");
const code = document.querySelector<HTMLElement>("[data-sent-code]")?.dataset.sentCode ?? "";
if (code) void forgetSent(code).catch(() => undefined);
find<HTMLButtonElement>("[data-own-keep]", offer ?? document)?.addEventListener("click", () => {
  const told = find("[data-own-status]");
  const secret = offer?.dataset.own ?? "";
  keepOwn({ code, secret, sent_at: Date.now() }).then(
    () => {
      if (told) told.textContent = offer?.dataset.kept ?? "";
    },
    () => {
      if (told) told.textContent = offer?.dataset.full ?? "";
    },
  );
});

async function forgetSent(shown: string): Promise<void> {
  for (const entry of (await entries()).sound) if (entry.code === shown) await drop(entry.id);
}
