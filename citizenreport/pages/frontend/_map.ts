// The map of the city, loaded when somebody asks for it: `const { openMap } = await import("./_map")`.

import * as L from "leaflet";

import { drawGround } from "./_ground";
import { Pointer } from "./_pointer";
import { drawReports, type PublishedReports } from "./_reports";

export type { PublishedReports } from "./_reports";

/** West, south, east, north, in degrees. */
export type Bounds = [number, number, number, number];

/** What the server says about the map, at `/peta/kota.json`. */
export interface Description {
  bounds: Bounds;
  style: string;
  ground: string;
  streets: { url: string; max_zoom: number } | null;
  credits: { text: string; url?: string; summary?: string }[];
  words: Record<string, string>;
}

export interface CityMap {
  /** Show the one point, and a circle as wide as it is uncertain; replaces the point before it. */
  setPoint(lon: number, lat: number, accuracyM?: number): void;
  clearPoint(): void;
  /** From now on a tap, a drag of the point, or the keyboard sets the point, and then tells this listener. */
  onTap(listener: (lon: number, lat: number) => void): void;
  /** Show published reports (GeoJSON of `/laporan.geojson`); replaces those before them. */
  showReports(reports: PublishedReports): void;
  /** Show these bounds; without them what is on the map, or else the whole city. */
  fit(bounds?: Bounds): void;
  remove(): void;
  /** Leaflet's own map, for layers of this package. */
  readonly leaflet: L.Map;
  readonly words: Record<string, string>;
}

const DESCRIPTION = "/peta/kota.json";
const CLOSE_ZOOM = 16;
const MAX_ZOOM = 19;

/** Draw the city into a container that is in sight. Rejects when the network does not answer. */
export async function openMap(container: HTMLElement): Promise<CityMap> {
  const answer = await fetch(DESCRIPTION, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${DESCRIPTION}: ${answer.status}`);
  const told = (await answer.json()) as Description;
  await haveStyle(told.style);
  const map = blankMap(container, told);
  try {
    await drawGround(map, told);
  } catch (fault) {
    map.remove(); // so that the container may be tried again
    throw fault;
  }
  return new DrawnMap(map, told);
}

class DrawnMap implements CityMap {
  private readonly pointer: Pointer;
  private reports: L.LayerGroup | null = null;

  constructor(
    readonly leaflet: L.Map,
    private readonly told: Description,
  ) {
    this.pointer = new Pointer(leaflet, told.words);
  }

  get words(): Record<string, string> {
    return this.told.words;
  }

  setPoint(lon: number, lat: number, accuracyM?: number): void {
    this.pointer.show(L.latLng(lat, lon), accuracyM);
    if (!this.leaflet.getBounds().contains([lat, lon])) this.fit();
  }

  clearPoint(): void {
    this.pointer.clear();
  }

  onTap(listener: (lon: number, lat: number) => void): void {
    this.pointer.pick(listener);
  }

  showReports(reports: PublishedReports): void {
    this.reports?.remove();
    this.reports = drawReports(this.leaflet, reports, this.told.words);
  }

  fit(bounds?: Bounds): void {
    const point = this.pointer.bounds();
    if (bounds) this.leaflet.fitBounds(corners(bounds));
    else if (point) this.leaflet.fitBounds(point, { maxZoom: CLOSE_ZOOM, padding: [24, 24] });
    else this.leaflet.fitBounds(corners(this.told.bounds));
  }

  remove(): void {
    this.leaflet.remove();
  }
}

function blankMap(container: HTMLElement, told: Description): L.Map {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const moves = isCalm ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {};
  const map = L.map(container, {
    ...moves,
    zoomControl: false,
    attributionControl: false,
    scrollWheelZoom: false, // the page scrolls until the map is used
    maxZoom: MAX_ZOOM,
    maxBounds: L.latLngBounds(corners(told.bounds)).pad(1),
  });
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  container.classList.add("city-map");
  container.setAttribute("role", "application");
  container.setAttribute("aria-label", told.words.label ?? "");
  L.control.zoom({ zoomInTitle: told.words.zoom_in, zoomOutTitle: told.words.zoom_out }).addTo(map);
  map.addControl(credits(told));
  map.fitBounds(corners(told.bounds));
  map.setMinZoom(Math.max(0, map.getZoom() - 1));
  return map;
}

function credits(told: Description): L.Control {
  const control = new L.Control({ position: "bottomright" });
  control.onAdd = () => {
    const box = L.DomUtil.create("div", "map-credits");
    box.append(...told.credits.map(creditLine));
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  return control;
}

function creditLine(credit: Description["credits"][number]): HTMLElement {
  const part = document.createElement(credit.url ? "a" : "span");
  part.textContent = credit.text;
  if (part instanceof HTMLAnchorElement && credit.url) Object.assign(part, { href: credit.url, rel: "noreferrer" });
  if (!credit.summary) return part;
  const more = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = credit.summary;
  more.append(summary, part);
  return more;
}

function corners([west, south, east, north]: Bounds): [[number, number], [number, number]] {
  return [
    [south, west],
    [north, east],
  ];
}

/** Leaflet measures its panes: the style must be there before it draws. */
function haveStyle(href: string): Promise<void> {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error(href));
    });
    document.head.append(link);
  });
}
