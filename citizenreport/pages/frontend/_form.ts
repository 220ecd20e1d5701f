// The form: position, letters left, one send per press, a fast way out. All of it is a courtesy.

import { find, focusOnFaults, showScripted } from "./_page";
import { offerPosition } from "./_place";
import { proveForm } from "./_proof";

function countLetters(): void {
  for (const counter of document.querySelectorAll<HTMLElement>("[data-counter]")) {
    const field = find<HTMLTextAreaElement>(`#${counter.dataset.counter ?? ""}`);
    if (!field || field.maxLength < 0) continue;
    const resting = counter.textContent ?? "";
    const show = (): void => {
      const left = (field.maxLength - field.value.length).toLocaleString(document.documentElement.lang);
      counter.textContent = field.value ? (counter.dataset.left ?? "{n}").replace("{n}", left) : resting;
    };
    field.addEventListener("input", show);
    show();
  }
}

function sendOnce(form: HTMLFormElement): void {
  const button = find<HTMLButtonElement>("#kirim", form);
  const resting = button?.textContent ?? "";
  let isSending = false;
  form.addEventListener("submit", (event) => {
    if (isSending) {
      event.preventDefault();
      return;
    }
    isSending = true;
    if (button) button.textContent = form.dataset.sending ?? resting;
  });
  // A page that comes back from the history may send again: the server knows the form by its key.
  window.addEventListener("pageshow", () => {
    isSending = false;
    if (button) button.textContent = resting;
  });
}

function leaveFast(form: HTMLFormElement): void {
  find<HTMLFormElement>("[data-quick-exit]")?.addEventListener("submit", () => {
    for (const field of form.querySelectorAll<HTMLTextAreaElement>("textarea, input[type=text]")) field.value = "";
    form.reset();
    document.body.hidden = true;
  });
}

/** Make a form quick. Everything it does is a courtesy: the form works without. */
export function startForm(form: HTMLFormElement): void {
  showScripted();
  countLetters();
  offerPosition(form);
  proveForm(form);
  sendOnce(form);
  leaveFast(form);
  focusOnFaults();
}
