// What is typed, beside the sentence about who will read it.

import { find } from "./_page";

/** Show the resident's own words where the preview says that the public may read them. */
export function showTyped(form: HTMLFormElement): void {
  for (const quote of form.querySelectorAll<HTMLElement>("[data-typed]")) {
    const field = find<HTMLTextAreaElement>(`[name=${quote.dataset.typed ?? ""}]`, form);
    if (!field) continue;
    const copy = (): void => {
      quote.textContent = field.value;
      quote.hidden = !field.value.trim();
    };
    field.addEventListener("input", copy);
    copy();
  }
}
