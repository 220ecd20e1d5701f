// Where it happened: the phone's own position, a tap on the map, or a point given by a photo. It
// fills three hidden fields of the form, only when asked, and tells the form by `placechange`.

import type { CityMap } from "./_map";
import { find } from "./_page";

const WAIT_MS = 20_000;
const FRESH_MS = 60_000;
const ROUGH_M = 100; // less exact than this, the kelurahan says more
const MOST_M = 100_000;

export interface Point {
  lon: number;
  lat: number;
  accuracyM?: number;
}


/** Offer what the browser knows: positions, and the map. */
export function offerPosition(form: HTMLFormElement): Place | null {
  const box = find("[data-gps]", form);
  const [lat, lon, accuracy] = ["lat", "lon", "accuracy_m"].map((name) => find<HTMLInputElement>(`[data-gps-${name}]`, form));
  if (!box || !lat || !lon || !accuracy) return null;
  return new Place(form, box, lat, lon, accuracy);
}

export class Place {
  private map: CityMap | null = null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly box: HTMLElement,
    private readonly lat: HTMLInputElement,
    private readonly lon: HTMLInputElement,
    private readonly accuracy: HTMLInputElement,
  ) {
    box.hidden = false;
    const ask = find<HTMLButtonElement>("[data-gps-ask]", box);
    if (ask) ask.hidden = !("geolocation" in navigator);
    ask?.addEventListener("click", () => this.seek());
    find("[data-map-open]", box)?.addEventListener("click", () => void this.openMap());
    find("[data-gps-clear]", box)?.addEventListener("click", () => this.clear());
    this.say(this.point() ? box.dataset.kept : "");
  }

  /** The point in the form, or null. */
  point(): Point | null {
    if (!this.lat.value || !this.lon.value) return null;
    const accuracyM = this.accuracy.value ? Number(this.accuracy.value) : undefined;
    return { lon: Number(this.lon.value), lat: Number(this.lat.value), accuracyM };
  }

  /** Take a point, say where it came from, show it on the map if there is one. */
  use(point: Point, told: string | undefined): void {
    this.lat.value = point.lat.toFixed(6);
    this.lon.value = point.lon.toFixed(6);
    this.accuracy.value = point.accuracyM === undefined ? "" : Math.min(point.accuracyM, MOST_M).toFixed(1);
    this.map?.setPoint(point.lon, point.lat, point.accuracyM);
    if (point.accuracyM !== undefined) this.map?.fit();
    this.say(told);
    this.changed();
  }

  private clear(): void {
    for (const field of [this.lat, this.lon, this.accuracy]) field.value = "";
    this.map?.clearPoint();
    this.say(this.box.dataset.cleared);
    this.changed();
  }

  private seek(): void {
    this.say(this.box.dataset.seeking);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const told = coords.accuracy > ROUGH_M ? this.box.dataset.rough : this.box.dataset.found;
        const metres = String(Math.max(1, Math.round(coords.accuracy)));
        const point = { lon: coords.longitude, lat: coords.latitude, accuracyM: coords.accuracy };
        this.use(point, told?.replace("{m}", metres));
      },
      (error) => this.say(error.code === error.PERMISSION_DENIED ? this.box.dataset.denied : this.box.dataset.failed),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: FRESH_MS },
    );
  }

  private async openMap(): Promise<void> {
    const box = find("[data-map-box]", this.form);
    const container = box && find("[data-map]", box);
    if (!container || this.map) return;
    box.hidden = false;
    try {
      const { openMap } = await import("./_map");
      const map = await openMap(container);
      this.map = map;
      map.onTap((lon, lat) => this.use({ lon, lat }, this.box.dataset.picked));
      const point = this.point();
      if (point) map.setPoint(point.lon, point.lat, point.accuracyM);
      map.fit();
      find("[data-map-open]", this.box)?.setAttribute("hidden", "");
    } catch {
      box.hidden = true;
      this.say(this.box.dataset.mapFailed);
    }
  }

  private changed(): void {
    this.form.dispatchEvent(new Event("placechange", { bubbles: true }));
  }

  private say(text: string | undefined): void {
    const status = find("[data-gps-status]", this.box);
    if (status) status.textContent = text ?? "";
    const clear = find("[data-gps-clear]", this.box);
    if (clear) clear.hidden = !this.lat.value;
  }
}
