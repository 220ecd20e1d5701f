// The only module that knows how streets are drawn. protomaps-leaflet is maintained, no longer developed.

import type * as L from "leaflet";
import { leafletLayer } from "protomaps-leaflet";

/** The streets of a PMTiles file, read piece by piece by HTTP ranges. `maxZoom`: of its tiles. */
export function streets(url: string, maxZoom: number): L.Layer {
  const flavor = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const absolute = new URL(url, document.baseURI).href;
  const lang = document.documentElement.lang;
  return leafletLayer({ url: absolute, flavor, lang, maxDataZoom: maxZoom, attribution: "" }) as unknown as L.Layer;
}
