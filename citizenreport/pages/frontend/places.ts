// Public places: a map where the page has room for one. What it shows is on the page in words, too.

import type { CityMap, PublishedReports } from "./_map";
import { find, showScripted } from "./_page";

const MOST_PAGES = 4; // of 500 reports each: more would tire a cheap phone

showScripted();

const box = find("[data-map]");
if (box) void open(box);

async function open(place: HTMLElement): Promise<void> {
  const status = find("[data-map-status]");
  try {
    const { openMap } = await import("./_map");
    const map = await openMap(place);
    const { lon, lat, radius, reports, density } = place.dataset;
    if (lon && lat) {
      map.setPoint(Number(lon), Number(lat), radius ? Number(radius) : undefined);
      map.fit();
    }
    if (reports) await showReports(map, reports, status);
    if (density) await showDensity(map, density);
  } catch {
    if (place.parentElement) place.parentElement.hidden = true;
    if (status) status.textContent = status.dataset.failed ?? "";
  }
}

async function showReports(map: CityMap, first: string, status: HTMLElement | null): Promise<void> {
  const all: PublishedReports = { type: "FeatureCollection", features: [] };
  let next: string | null = first;
  for (let page = 0; next && page < MOST_PAGES; page += 1) {
    const told = (await json(next)) as PublishedReports & { next: string | null };
    all.features.push(...told.features);
    next = told.next;
  }
  map.showReports(all);
  if (!status) return;
  const placed = all.features.filter((feature) => feature.geometry).length;
  const sentences = [
    status.dataset.shown?.replace("{n}", String(placed)).replace("{m}", String(all.features.length - placed)),
    next ? status.dataset.cut?.replace("{n}", String(all.features.length)) : "",
  ];
  status.textContent = sentences.filter(Boolean).join(" ");
}

async function showDensity(map: CityMap, address: string): Promise<void> {
  const { drawDensity } = await import("./_density");
  drawDensity(map.leaflet, (await json(address)) as Parameters<typeof drawDensity>[1]);
}

async function json(address: string): Promise<unknown> {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}
