// What lies below everything: streets where the city has installed them, else areas and landmarks with their names.

import * as L from "leaflet";

import type { Description } from "./_map";

interface Named {
  kind: "area" | "landmark";
  name: string;
  label?: [number, number];
}

const LANDMARK_ZOOM = 15;
const NAMES = "names";

/** Draw the ground. The city's own outline lies over streets, too. */
export async function drawGround(map: L.Map, told: Description): Promise<void> {
  const answer = await fetch(told.ground, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${told.ground}: ${answer.status}`);
  const ground = (await answer.json()) as GeoJSON.FeatureCollection<GeoJSON.Geometry, Named>;
  if (told.streets) {
    const { streets } = await import("./_streets");
    streets(told.streets.url, told.streets.max_zoom).addTo(map);
  }
  const areas = L.geoJSON(ground, {
    interactive: false,
    filter: (feature) => feature.properties.kind === "area",
    style: { className: told.streets ? "map-area over-streets" : "map-area", weight: 1.5 },
  });
  areas.addTo(map);
  if (told.streets) return;
  map.createPane(NAMES).style.zIndex = "450"; // over areas, under marks
  nameAreas(map, ground);
  nameLandmarks(map, ground);
}

/** Name areas where there is room: a name that would lie on another waits until one comes nearer. */
function nameAreas(map: L.Map, ground: GeoJSON.FeatureCollection<GeoJSON.Geometry, Named>): void {
  const names = ground.features.flatMap(({ properties }) =>
    properties.kind === "area" && properties.label ? [nameAt(properties.label, properties.name).addTo(map)] : [],
  );
  const thin = (): void => {
    const shown: DOMRect[] = [];
    for (const name of names) {
      const element = name.getElement();
      if (!element) continue;
      element.hidden = false;
      const box = element.getBoundingClientRect();
      element.hidden = shown.some((other) => overlap(box, other));
      if (!element.hidden) shown.push(box);
    }
  };
  map.on("zoomend", thin);
  thin();
}

function overlap(one: DOMRect, other: DOMRect): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function nameLandmarks(map: L.Map, ground: GeoJSON.FeatureCollection<GeoJSON.Geometry, Named>): void {
  const landmarks = L.geoJSON(ground, {
    interactive: false,
    filter: (feature) => feature.properties.kind === "landmark",
    pointToLayer: (feature, at) =>
      L.circleMarker(at, { radius: 3, className: "map-landmark", interactive: false }).bindTooltip(
        text(feature.properties.name),
        { permanent: true, direction: "right", className: "map-name", pane: NAMES },
      ),
  });
  const show = (): void => {
    if (map.getZoom() >= LANDMARK_ZOOM) landmarks.addTo(map);
    else landmarks.remove();
  };
  map.on("zoomend", show);
  show();
}

function nameAt([lon, lat]: [number, number], name: string): L.Tooltip {
  return L.tooltip({ permanent: true, direction: "center", className: "map-name area", interactive: false, pane: NAMES })
    .setLatLng([lat, lon])
    .setContent(text(name));
}

/** Leaflet takes strings for markup; a pack's names are text. */
function text(name: string): HTMLElement {
  const element = document.createElement("span");
  element.textContent = name;
  return element;
}
