// How many reports lie where: the squares of the city's grid, darker where there are more.

import * as L from "leaflet";

interface Cell {
  count: number;
  step: number;
}

export type Density = GeoJSON.FeatureCollection<GeoJSON.Polygon, Cell>;

/** Draw the cells. They are not for the pointer or the keyboard: the table beside the map tells the same. */
export function drawDensity(map: L.Map, density: Density): L.Layer {
  return L.geoJSON(density, {
    interactive: false,
    style: (feature) => ({ className: `heat heat-${feature?.properties.step ?? 1}`, weight: 0 }),
  }).addTo(map);
}
