// The kinds of thing the phone keeps, and a look at each before it is believed: anything may stand
// in a browser's database.

export type Field = [name: string, value: string];

export interface Fault {
  pointer: string;
  detail: string;
}

/** A report on its way. `id` is its Idempotency-Key; `report` and `photos` never change. */
export interface Entry {
  id: string;
  report: string; // the JSON as it is sent
  photos: Blob[];
  secret: string;
  category: string;
  title: string;
  fields: Field[]; // as typed, so that it can be put right
  written_at: number;
  state: "waiting" | "unsure" | "refused" | "sent";
  is_busy: boolean; // the server asked to come back later; else there was no network
  tries: number;
  next_at: number;
  unknown_since: number; // 0, or since when the server may have it without our knowing
  sent_at: number;
  code: string;
  is_confidential: boolean; // the server made it so
  why: string;
  faults: Fault[];
}

/** What was typed and not yet sent. */
export interface Draft {
  category: string;
  fields: Field[];
  photos: Blob[];
  saved_at: number;
  key: string; // what it was posted under as a page, whose answer may have got lost; else empty
  why: string;
  faults: Fault[];
}

/** A report the person chose to keep on this phone. */
export interface Own {
  code: string;
  secret: string;
  sent_at: number;
}

const STATES = ["waiting", "unsure", "refused", "sent"];

/** The value as an entry; null for what is none. Single members that make no sense are emptied. */
export function asEntry(value: unknown): Entry | null {
  const given = asRecord(value);
  if (!given || !isText(given.id) || !isText(given.report)) return null;
  if (!STATES.includes(text(given.state))) return null;
  return {
    id: given.id,
    report: given.report,
    photos: blobs(given.photos),
    secret: text(given.secret),
    category: text(given.category),
    title: text(given.title),
    fields: pairs(given.fields),
    written_at: number(given.written_at),
    state: given.state as Entry["state"],
    is_busy: given.is_busy === true,
    tries: number(given.tries),
    next_at: number(given.next_at),
    unknown_since: number(given.unknown_since),
    sent_at: number(given.sent_at),
    code: text(given.code),
    is_confidential: given.is_confidential === true,
    why: text(given.why),
    faults: faults(given.faults),
  };
}

/** The value as a draft; null for what is none. */
export function asDraft(value: unknown): Draft | null {
  const given = asRecord(value);
  if (!given || !isText(given.category)) return null;
  return {
    category: given.category,
    fields: pairs(given.fields),
    photos: blobs(given.photos),
    saved_at: number(given.saved_at),
    key: text(given.key),
    why: text(given.why),
    faults: faults(given.faults),
  };
}

/** The value as a report of the own list; null for what is none. */
export function asOwn(value: unknown): Own | null {
  const given = asRecord(value);
  if (!given || !isText(given.code) || !isText(given.secret)) return null;
  return { code: given.code, secret: given.secret, sent_at: number(given.sent_at) };
}

/** The members of a JSON object; null for everything else. */
export function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
}

/** What a problem document says is wrong, value by value. */
export function faults(value: unknown): Fault[] {
  const found: Fault[] = [];
  for (const item of Array.isArray(value) ? value : []) {
    const given = asRecord(item);
    if (given && isText(given.detail)) found.push({ pointer: text(given.pointer), detail: given.detail });
  }
  return found;
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function blobs(value: unknown): Blob[] {
  return Array.isArray(value) ? value.filter((item): item is Blob => item instanceof Blob) : [];
}

function pairs(value: unknown): Field[] {
  if (!Array.isArray(value)) return [];
  return value.filter((p): p is Field => Array.isArray(p) && p.length === 2 && p.every((x) => typeof x === "string"));
}
