// The front page: released reports nearby. The list is the same for everyone; the phone sorts it, so
// that its position stays on it. The position is asked for when the button is pressed, never before.

import { find } from "./_page";

const WAIT_MS = 20_000;
const FRESH_MS = 60_000;
const REACH_M = 2_000;
const SHOWN = 6;
const EARTH_M = 6_371_000;
const TONES = ["info", "good", "warn"];

interface Report {
  url: string;
  lon: number;
  lat: number;
  name: string;
  area: string;
  state: string;
  tone: string;
  day: string;
}

const near = find("[data-near]");
if (near && "geolocation" in navigator) offer(near);

function offer(box: HTMLElement): void {
  const ask = find("[data-near-ask]", box);
  if (!ask) return;
  ask.hidden = false;
  find<HTMLButtonElement>("button", ask)?.addEventListener("click", () => seek(box));
}

function seek(box: HTMLElement): void {
  say(box, box.dataset.seeking);
  navigator.geolocation.getCurrentPosition(
    (position) => void list(box, position.coords),
    (error) => say(box, error.code === error.PERMISSION_DENIED ? box.dataset.denied : box.dataset.failed),
    { timeout: WAIT_MS, maximumAge: FRESH_MS },
  );
}

async function list(box: HTMLElement, here: GeolocationCoordinates): Promise<void> {
  let reports: Report[];
  try {
    const answer = await fetch(box.dataset.near ?? "");
    if (!answer.ok) throw new Error(String(answer.status));
    reports = ((await answer.json()) as { reports: Report[] }).reports;
  } catch {
    say(box, box.dataset.failed);
    return;
  }
  const nearest = reports
    .map((report) => ({ report, metres: distance(here, report) }))
    .filter((place) => place.metres <= REACH_M)
    .sort((a, b) => a.metres - b.metres)
    .slice(0, SHOWN);
  say(box, nearest.length ? box.dataset.found : box.dataset.none);
  show(box, nearest);
}

/** Metres between two places, on a sphere: good to half a percent. */
function distance(here: GeolocationCoordinates, there: Report): number {
  const radians = Math.PI / 180;
  const north = (there.lat - here.latitude) * radians;
  const east = (there.lon - here.longitude) * radians * Math.cos(here.latitude * radians);
  return Math.hypot(north, east) * EARTH_M;
}

function show(box: HTMLElement, nearest: { report: Report; metres: number }[]): void {
  const target = find("[data-near-list]", box);
  const template = find<HTMLTemplateElement>("[data-near-card]", box);
  if (!target || !template) return;
  target.replaceChildren(...nearest.map((place) => card(box, template, place.report, place.metres)));
  target.hidden = nearest.length === 0;
}

function card(box: HTMLElement, template: HTMLTemplateElement, report: Report, metres: number): Node {
  const made = template.content.cloneNode(true) as DocumentFragment;
  const rounded = metres < 100 ? Math.round(metres / 10) * 10 : Math.round(metres / 50) * 50;
  put(made, "[data-distance]", (box.dataset.metres ?? "").replace("{m}", String(rounded)));
  put(made, "[data-day]", report.day);
  put(made, "[data-area]", report.area ? ` · ${report.area}` : "");
  put(made, ".badge", report.state);
  if (TONES.includes(report.tone)) find(".badge", made)?.classList.add(report.tone);
  const link = find<HTMLAnchorElement>("a", made);
  if (link) {
    link.textContent = report.name;
    link.href = report.url;
  }
  return made;
}

function put(within: ParentNode, selector: string, text: string): void {
  const element = find(selector, within);
  if (element) element.textContent = text;
}

function say(box: HTMLElement, text: string | undefined): void {
  put(box, "[data-near-status]", text ?? "");
}
