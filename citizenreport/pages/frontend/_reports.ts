// Published reports on the map. Those that would lie on one another are one mark with a number.

import * as L from "leaflet";

export interface ReportProperties {
  code: string;
  url: string;
  category_name: string;
  area_name: string | null;
  state_label: string;
  submitted_text: string;
}

export type PublishedReports = GeoJSON.FeatureCollection<GeoJSON.Point | null, ReportProperties>;

interface Placed {
  at: L.LatLng;
  told: ReportProperties;
}

const CELL_PX = 48; // so that no two marks are nearer than a finger is wide
const LISTED = 8;

/** Draw reports that have a place, in marks that part when one comes nearer. */
export function drawReports(map: L.Map, reports: PublishedReports, words: Record<string, string>): L.LayerGroup {
  const placed = reports.features.flatMap(({ geometry, properties }) => {
    const [lon, lat] = geometry?.coordinates ?? [];
    return lon === undefined || lat === undefined ? [] : [{ at: L.latLng(lat, lon), told: properties }];
  });
  const marks = L.layerGroup().addTo(map);
  const draw = (): void => {
    marks.clearLayers();
    for (const group of grouped(map, placed)) marks.addLayer(mark(map, group, words));
  };
  map.on("zoomend", draw);
  marks.on("remove", () => map.off("zoomend", draw));
  draw();
  return marks;
}

function grouped(map: L.Map, placed: Placed[]): Placed[][] {
  const cells = new Map<string, Placed[]>();
  for (const report of placed) {
    const pixel = map.project(report.at).divideBy(CELL_PX).floor();
    const key = `${pixel.x} ${pixel.y}`;
    const cell = cells.get(key);
    if (cell) cell.push(report);
    else cells.set(key, [report]);
  }
  return [...cells.values()];
}

function mark(map: L.Map, group: Placed[], words: Record<string, string>): L.Marker {
  const at = L.latLngBounds(group.map((report) => report.at)).getCenter();
  const first = group[0]?.told;
  const title = group.length === 1 && first ? first.category_name : (words.reports ?? "{n}").replace("{n}", String(group.length));
  const icon = L.divIcon({
    className: group.length === 1 ? "map-report" : "map-report many",
    html: group.length === 1 ? "" : String(group.length),
    iconSize: group.length === 1 ? [24, 24] : [36, 36],
  });
  const made = L.marker(at, { icon, title, alt: title, keyboard: true });
  made.on("add", () => made.getElement()?.setAttribute("aria-label", title));
  const spread = L.latLngBounds(group.map((report) => report.at));
  const isOnePlace = spread.getNorthEast().equals(spread.getSouthWest(), 1e-6);
  if (group.length > 1 && !isOnePlace && map.getZoom() < map.getMaxZoom()) {
    return made.on("click", () => map.fitBounds(spread, { padding: [40, 40], maxZoom: map.getZoom() + 3 }));
  }
  return made.bindPopup(() => listed(group, words), { autoPan: true, maxHeight: 220 });
}

function listed(group: Placed[], words: Record<string, string>): HTMLElement {
  const list = document.createElement("ul");
  list.className = "map-list";
  for (const { told } of group.slice(0, LISTED)) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = told.url;
    link.textContent = told.category_name;
    const facts = document.createElement("span");
    facts.textContent = [told.state_label, told.submitted_text, told.area_name].filter(Boolean).join(" · ");
    line.append(link, facts);
    list.append(line);
  }
  const left = group.length - LISTED;
  if (left > 0) {
    const line = document.createElement("li");
    line.textContent = (words.more ?? "+{n}").replace("{n}", String(left));
    list.append(line);
  }
  return list;
}
