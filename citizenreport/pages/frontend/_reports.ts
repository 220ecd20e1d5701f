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

const APART_PX = 44; // as wide as a finger
const LISTED = 8;

/** Draw reports that have a place, in marks that part when one comes nearer. */
export function drawReports(map: L.Map, reports: PublishedReports, words: Record<string, string>): L.LayerGroup {
  const placed = reports.features.flatMap(({ geometry, properties }) => {
    const [lon, lat] = geometry?.coordinates ?? [];
    return lon === undefined || lat === undefined ? [] : [{ at: L.latLng(lat, lon), told: properties }];
  });
  const marks = L.layerGroup().addTo(map);
  const draw = (): void => {
    const focused = L.DomUtil.hasClass(document.activeElement as HTMLElement, "map-report") ? map.getCenter() : null;
    marks.clearLayers();
    for (const group of grouped(map, placed)) marks.addLayer(mark(map, group, words));
    if (focused) nearest(marks, focused)?.getElement()?.focus({ preventScroll: true });
  };
  map.on("zoomend", draw);
  marks.on("remove", () => map.off("zoomend", draw));
  draw();
  return marks;
}

/** Who came by the keyboard stays there: the marks before are gone after zooming. */
function nearest(marks: L.LayerGroup, at: L.LatLng): L.Marker | undefined {
  const all = marks.getLayers() as L.Marker[];
  return all.sort((one, other) => one.getLatLng().distanceTo(at) - other.getLatLng().distanceTo(at))[0];
}

/** The first report of a group is where its mark lies, so that no mark touches another. */
function grouped(map: L.Map, placed: Placed[]): Placed[][] {
  const groups: { at: L.Point; held: Placed[] }[] = [];
  for (const report of placed) {
    const at = map.project(report.at);
    const near = groups.find((group) => group.at.distanceTo(at) < APART_PX);
    if (near) near.held.push(report);
    else groups.push({ at, held: [report] });
  }
  return groups.map((group) => group.held);
}

function mark(map: L.Map, group: Placed[], words: Record<string, string>): L.Marker {
  const at = group[0]?.at ?? map.getCenter();
  const first = group[0]?.told;
  const title = group.length === 1 && first ? first.category_name : (words.reports ?? "{n}").replace("{n}", String(group.length));
  const icon = L.divIcon({
    className: group.length === 1 ? "map-report" : "map-report many",
    html: group.length === 1 ? "" : String(group.length),
    iconSize: group.length === 1 ? [24, 24] : [36, 36],
  });
  const made = L.marker(at, { icon, title, alt: title, keyboard: true });
  const spread = L.latLngBounds(group.map((report) => report.at));
  const isOnePlace = spread.getNorthEast().equals(spread.getSouthWest(), 1e-6);
  const parts = group.length > 1 && !isOnePlace && map.getZoom() < map.getMaxZoom();
  const near = (): unknown => map.fitBounds(spread, { padding: [40, 40], maxZoom: map.getZoom() + 3 });
  if (parts) made.on("click", near);
  else made.bindPopup(() => listed(group, words), { autoPan: true, maxHeight: 220 });
  made.on("add", () => byKeyboard(made, title, words.close ?? "", parts ? near : () => made.openPopup()));
  return made;
}

/** A mark is a button: Enter and Space press it, and what opens has the focus until it is closed. */
function byKeyboard(made: L.Marker, title: string, close: string, press: () => unknown): void {
  const button = made.getElement();
  button?.setAttribute("aria-label", title);
  button?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // else Leaflet opens, too, and so closes again
    event.stopPropagation();
    press();
    made.getPopup()?.getElement()?.querySelector<HTMLElement>(".map-list a")?.focus();
  });
  made.on("popupopen", () =>
    made.getPopup()?.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", close),
  );
  made.on("popupclose", () => button?.focus({ preventScroll: true }));
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
