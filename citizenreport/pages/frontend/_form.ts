// The form: position, letters left, sending from the phone, a fast way out. All of it is a courtesy.

import { find, focusOnFaults, showScripted } from "./_page";
import { showSimilar } from "./_duplicates";
import { offerPhotoPlace } from "./_photo_place";
import { offerPosition } from "./_place";
import { showTyped } from "./_preview";
import { proveForm } from "./_proof_form";
import { Sender } from "./_send";

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

function leaveFast(form: HTMLFormElement, sender: Sender): void {
  find<HTMLFormElement>("[data-quick-exit]")?.addEventListener("submit", () => {
    for (const field of form.querySelectorAll<HTMLTextAreaElement>("textarea, input[type=text]")) field.value = "";
    form.reset();
    void sender.wipe();
    document.body.hidden = true;
  });
}

/** Make a form quick. Everything it does is a courtesy: the form works without. */
export function startForm(form: HTMLFormElement): void {
  showScripted();
  countLetters();
  const place = offerPosition(form);
  if (place) offerPhotoPlace(form, place);
  showSimilar(form);
  showTyped(form);
  proveForm(form);
  const sender = new Sender(form);
  leaveFast(form, sender);
  focusOnFaults();
  void sender.restore();
}
