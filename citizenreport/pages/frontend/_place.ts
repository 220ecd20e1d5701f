// The phone's own position, only when asked for: it fills three hidden fields of the form.

import { find } from "./_page";

const WAIT_MS = 20_000;
const FRESH_MS = 60_000;

interface Fields {
  lat: HTMLInputElement;
  lon: HTMLInputElement;
  accuracy: HTMLInputElement;
}

/** Offer the button where the browser knows positions. */
export function offerPosition(form: HTMLFormElement): void {
  const box = find("[data-gps]", form);
  const fields = fieldsOf(form);
  if (!box || !fields || !("geolocation" in navigator)) return;
  box.hidden = false;
  find("[data-gps-ask]", box)?.addEventListener("click", () => seek(box, fields));
  find("[data-gps-clear]", box)?.addEventListener("click", () => {
    fill(fields, null);
    say(box, fields, box.dataset.cleared);
  });
  if (fields.lat.value && fields.lon.value) say(box, fields, box.dataset.kept);
}

function fieldsOf(form: HTMLFormElement): Fields | null {
  const lat = find<HTMLInputElement>("[data-gps-lat]", form);
  const lon = find<HTMLInputElement>("[data-gps-lon]", form);
  const accuracy = find<HTMLInputElement>("[data-gps-accuracy_m]", form);
  return lat && lon && accuracy ? { lat, lon, accuracy } : null;
}

function seek(box: HTMLElement, fields: Fields): void {
  say(box, fields, box.dataset.seeking);
  navigator.geolocation.getCurrentPosition(
    (position) => {
      fill(fields, position.coords);
      const metres = String(Math.max(1, Math.round(position.coords.accuracy)));
      say(box, fields, box.dataset.found?.replace("{m}", metres));
    },
    (error) => {
      const isDenied = error.code === error.PERMISSION_DENIED;
      say(box, fields, isDenied ? box.dataset.denied : box.dataset.failed);
    },
    { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: FRESH_MS },
  );
}

function fill(fields: Fields, coords: GeolocationCoordinates | null): void {
  fields.lat.value = coords ? coords.latitude.toFixed(6) : "";
  fields.lon.value = coords ? coords.longitude.toFixed(6) : "";
  fields.accuracy.value = coords ? Math.min(coords.accuracy, 100_000).toFixed(1) : "";
}

function say(box: HTMLElement, fields: Fields, text: string | undefined): void {
  const status = find("[data-gps-status]", box);
  if (status) status.textContent = text ?? "";
  const clear = find("[data-gps-clear]", box);
  if (clear) clear.hidden = !fields.lat.value;
}
