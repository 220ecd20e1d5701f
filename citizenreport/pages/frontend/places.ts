// Public places: a map where the page has room for one. What it shows is on the page in words, too.

import { find, showScripted } from "./_page";

showScripted();

const box = find("[data-map]");
if (box) void open(box);

async function open(place: HTMLElement): Promise<void> {
  const status = find("[data-map-status]");
  try {
    const { openMap } = await import("./_map");
    const map = await openMap(place);
    const { lon, lat, radius } = place.dataset;
    if (lon && lat) {
      map.setPoint(Number(lon), Number(lat), radius ? Number(radius) : undefined);
      map.fit();
    }
    if (status) status.textContent = "";
  } catch {
    if (place.parentElement) place.parentElement.hidden = true;
    if (status) status.textContent = status.dataset.failed ?? "";
  }
}
