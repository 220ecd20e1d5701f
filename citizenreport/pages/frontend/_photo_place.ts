// Where a photo was taken, read on the phone. It is offered, and used only when chosen.
//
// The reader is loaded when a photo is there; nothing of what it reads leaves the page by itself.

import { find } from "./_page";
import type { Place, Point } from "./_place";

/** Look into each photo that is chosen; offer the first place found. */
export function offerPhotoPlace(form: HTMLFormElement, place: Place): void {
  const input = find<HTMLInputElement>("input[type=file][name=photos]", form);
  const box = find("[data-photo-place]", form);
  if (!input || !box) return;
  let point: Point | null = null;
  let choice = 0;
  // In the capturing phase: whoever replaces the files by smaller ones does so afterwards.
  form.addEventListener("change", (event) => {
    if (event.target !== input) return;
    const mine = ++choice;
    const files = [...(input.files ?? [])];
    void firstPlace(files).then((found) => {
      if (mine !== choice) return;
      point = found;
      box.hidden = found === null;
      tell(box, "");
    });
  }, true);
  find("button", box)?.addEventListener("click", () => {
    if (!point) return;
    place.use(point, box.dataset.used);
    tell(box, box.dataset.used ?? "");
  });
}

async function firstPlace(files: File[]): Promise<Point | null> {
  for (const file of files) {
    const found = await placeOf(file).catch(() => null);
    if (found) return found;
  }
  return null;
}

/** Where a photo was taken: south and west are negative. Null when it does not say. */
async function placeOf(file: File): Promise<Point | null> {
  const { default: reader } = await import("exifreader");
  const { gps } = await reader.load(file, { expanded: true, async: true });
  const [lat, lon] = [gps?.Latitude, gps?.Longitude];
  if (typeof lat !== "number" || typeof lon !== "number") return null;
  const isReal = Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return isReal && !(lat === 0 && lon === 0) ? { lat, lon } : null;
}

function tell(box: HTMLElement, text: string): void {
  const status = find("[data-photo-place-status]", box);
  if (status) status.textContent = text;
}
