// Beginning with the photo or the place.

import { find, focusOnFaults, showScripted } from "./_page";
import { offerPhotoPlace } from "./_photo_place";
import { ChosenPhotos } from "./_photos";
import { offerPosition } from "./_place";

/** Send photos made smaller, without what they know of their place. */
function sendSmall(form: HTMLFormElement): void {
  const input = find<HTMLInputElement>("input[type=file]", form);
  if (!input) return;
  const photos = new ChosenPhotos(input, () => undefined);
  const button = find<HTMLButtonElement>("#lanjut", form);
  const resting = button?.textContent ?? "";
  window.addEventListener("pageshow", () => {
    if (button) button.textContent = resting;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button) button.textContent = form.dataset.sending ?? button.textContent;
    void photos.ready().then(() => form.submit());
  });
}

const form = find<HTMLFormElement>("#mulai");
if (form) {
  showScripted();
  const place = offerPosition(form);
  if (place) offerPhotoPlace(form, place);
  sendSmall(form);
  focusOnFaults();
}
