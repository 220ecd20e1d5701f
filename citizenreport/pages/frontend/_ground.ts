// What lies below everything: streets where the city has installed them, else areas and landmarks with their names.

import * as L from "leaflet";

import type { Description } from "./_map";

interface Named {
  kind: "area" | "landmark";
  name: string;
  label?: [number, number];
}

const LANDMARK_ZOOM = 15;

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
  for (const feature of ground.features) {
    const at = feature.properties.label;
    if (feature.properties.kind === "area" && at) nameAt(L.latLng(at[1], at[0]), feature.properties.name).addTo(map);
  }
  nameLandmarks(map, ground);
}

function nameLandmarks(map: L.Map, ground: GeoJSON.FeatureCollection<GeoJSON.Geometry, Named>): void {
  const landmarks = L.geoJSON(ground, {
    interactive: false,
    filter: (feature) => feature.properties.kind === "landmark",
    pointToLayer: (feature, at) =>
      L.circleMarker(at, { radius: 3, className: "map-landmark", interactive: false }).bindTooltip(
        text(feature.properties.name),
        { permanent: true, direction: "right", className: "map-name" },
      ),
  });
  const show = (): void => {
    if (map.getZoom() >= LANDMARK_ZOOM) landmarks.addTo(map);
    else landmarks.remove();
  };
  map.on("zoomend", show);
  show();
}

function nameAt(at: L.LatLng, name: string): L.Layer {
  return L.tooltip({ permanent: true, direction: "center", className: "map-name area", interactive: false })
    .setLatLng(at)
    .setContent(text(name));
}

/** Leaflet takes strings for markup; a pack's names are text. */
function text(name: string): HTMLElement {
  const element = document.createElement("span");
  element.textContent = name;
  return element;
}
