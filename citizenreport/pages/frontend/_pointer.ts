// The one point a person sets: by a tap, by dragging it, by arrow keys.

import * as L from "leaflet";

type Listener = (lon: number, lat: number) => void;

const STEP_PX = 8;
const WIDE_STEP_PX = 40;
const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

export class Pointer {
  private marker: L.Marker | null = null;
  private circle: L.Circle | null = null;
  private listener: Listener | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly words: Record<string, string>,
  ) {}

  show(at: L.LatLng, accuracyM?: number): void {
    if (this.marker) this.marker.setLatLng(at);
    else this.marker = this.make(at);
    this.circle?.remove();
    this.circle = accuracyM
      ? L.circle(at, { radius: accuracyM, className: "map-accuracy", interactive: false }).addTo(this.map)
      : null;
  }

  clear(): void {
    this.marker?.remove();
    this.circle?.remove();
    this.marker = this.circle = null;
  }

  bounds(): L.LatLngBounds | null {
    return this.circle?.getBounds() ?? this.marker?.getLatLng().toBounds(1) ?? null;
  }

  /** Let people set the point from now on. */
  pick(listener: Listener): void {
    const isFirst = this.listener === null;
    this.listener = listener;
    if (!isFirst) return;
    const box = this.map.getContainer();
    box.classList.add("picks");
    box.setAttribute("aria-description", this.words.pick ?? "");
    this.map.on("click", (event) => this.choose(event.latlng));
    box.addEventListener("keydown", (event) => {
      if (event.target !== box || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      this.choose(this.map.getCenter());
      this.marker?.getElement()?.focus();
    });
    if (!this.marker) return;
    const at = this.marker.getLatLng();
    this.marker.remove();
    this.marker = this.make(at);
  }

  private choose(at: L.LatLng): void {
    const chosen = at.wrap();
    this.show(chosen);
    this.listener?.(chosen.lng, chosen.lat);
  }

  private make(at: L.LatLng): L.Marker {
    const isMovable = this.listener !== null;
    const icon = L.divIcon({ className: "map-pin", iconSize: [32, 42], iconAnchor: [16, 40] });
    const title = (isMovable ? this.words.point_movable : this.words.point) ?? "";
    const marker = L.marker(at, { icon, title, alt: title, draggable: isMovable, keyboard: isMovable, autoPan: isMovable });
    marker.addTo(this.map);
    const pin = marker.getElement();
    pin?.setAttribute("role", isMovable ? "button" : "img");
    pin?.setAttribute("aria-label", title);
    if (isMovable) {
      marker.on("dragend", () => this.choose(marker.getLatLng()));
      pin?.addEventListener("keydown", (event) => this.step(event, marker));
    }
    return marker;
  }

  private step(event: KeyboardEvent, marker: L.Marker): void {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation(); // else the map moves, too
    const length = event.shiftKey ? WIDE_STEP_PX : STEP_PX;
    const from = this.map.latLngToLayerPoint(marker.getLatLng());
    const to = this.map.layerPointToLatLng(from.add([way[0] * length, way[1] * length]));
    this.choose(to);
    this.map.panInside(to, { padding: [40, 60], animate: false });
  }
}
