// The receipt: copy and print.

import { find, showScripted } from "./_page";

showScripted();

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
