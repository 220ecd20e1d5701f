// What is typed into the form, as pairs that can be kept, and as the report the API takes.

import type { Field } from "./_kept";

const NOT_TYPED = ["csrf_token", "send_key", "category_code", "ticket", "proof", "drop_point"];
const NOT_WORDS = ["visibility", "seen_similar", "held_photo"];
const ANSWER = "answers.";

/** The pairs of a form, without what belongs to this page alone and without files. */
export function typed(form: HTMLFormElement): Field[] {
  const found: Field[] = [];
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !NOT_TYPED.includes(name)) found.push([name, value]);
  }
  return found;
}

/** Say whether anything was filled in that a person would miss. */
export function isWorthKeeping(fields: Field[]): boolean {
  return fields.some(([name, value]) => value.trim() !== "" && !NOT_WORDS.includes(name));
}

/** Fill a form with kept pairs. */
export function fillIn(form: HTMLFormElement, fields: Field[]): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const element of form.elements) {
    const kept = values.get((element as HTMLInputElement).name);
    if (kept && !NOT_TYPED.includes((element as HTMLInputElement).name)) fillOne(element, kept);
  }
}

function fillOne(element: Element, kept: string[]): void {
  if (element instanceof HTMLInputElement && ["radio", "checkbox"].includes(element.type)) {
    element.checked = kept.includes(element.value);
  } else if (element instanceof HTMLInputElement && element.type === "file") {
    return;
  } else if (
    element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement
  ) {
    element.value = kept[0] ?? "";
    const box = element.closest("details");
    if (box && element.value) box.open = true;
  } else {
    return;
  }
  element.dispatchEvent(new Event("input", { bubbles: true }));
  element.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The report as the API takes it, without secret. `zone`: the clock that times are told by. */
export function reportOf(fields: Field[], category: string, zone: string): Record<string, unknown> {
  const filled = joined(fields);
  const one = (name: string): string | null => filled.get(name) ?? null;
  const degree = (name: string): number | null => (one(name) === null ? null : Number(one(name)));
  const [lat, lon] = [degree("lat"), degree("lon")];
  const isPoint = lat !== null && lon !== null;
  const answers = [...filled].filter(([name]) => name.startsWith(ANSWER));
  return {
    category_code: category,
    description: one("description") ?? "",
    position: isPoint ? { lat, lon } : null,
    accuracy_m: isPoint ? degree("accuracy_m") : null,
    area_code: one("area_code"),
    neighbourhood: one("neighbourhood"),
    landmark: one("landmark"),
    answers: Object.fromEntries(answers.map(([name, value]) => [name.slice(ANSWER.length), value])),
    occurred_at: instant(one("occurred_at"), zone),
    subject: about(one("subject_agency"), one("subject_person")),
    visibility: one("visibility"),
    contact: { name: one("contact_name"), email: one("contact_email"), phone: one("contact_phone") },
    locale: document.documentElement.lang,
    channel: "web",
    refer_outside: filled.has("refer_outside"),
  };
}

function joined(fields: Field[]): Map<string, string> {
  const filled = new Map<string, string>();
  for (const [name, raw] of fields) {
    const value = raw.trim();
    if (value) filled.set(name, filled.has(name) ? `${filled.get(name)} ${value}` : value);
  }
  return filled;
}

function about(agency: string | null, person: string | null): Record<string, string | null> | null {
  return agency || person ? { agency_code: agency, person } : null;
}

/** A time on the city's clock (`2026-03-17T08:00`) with that clock's distance from UTC. */
function instant(wall: string | null, zone: string): string | null {
  if (!wall) return null;
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return wall; // the server says what is wrong with it
  let minutes = minutesEast(asUtc, zone);
  minutes = minutesEast(asUtc - minutes * 60_000, zone); // again, near a change of the clock
  const pad = (n: number): string => String(Math.trunc(n)).padStart(2, "0");
  const [sign, east] = [minutes < 0 ? "-" : "+", Math.abs(minutes)];
  return `${wall.length === 16 ? `${wall}:00` : wall}${sign}${pad(east / 60)}:${pad(east % 60)}`;
}

function minutesEast(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  });
  const part = Object.fromEntries(format.formatToParts(at).map((p) => [p.type, Number(p.value)]));
  const shown = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
  return Math.round((shown - at) / 60_000);
}
