// In the field: what is near comes first, and a visit is sent once, whenever there is a network.

import { find } from "../../pages/frontend/_page";
import { keepTasks } from "./_kept_tasks";
import { drop, flush, keep, type Visit, visits } from "./_visits";

const RETRY_MS = 30_000;
const WAIT_MS = 20_000;
const NOT_TYPED = ["csrf_token", "seen", "visit_id", "acted_at"];

const box = find("[data-outbox]");
const form = find<HTMLFormElement>("#kunjungan");
const me = box?.dataset.staff ?? "";

function value(name: string, text?: string): string {
  const field = form?.elements.namedItem(name);
  if (!(field instanceof HTMLInputElement)) return "";
  if (text !== undefined) field.value = text;
  return field.value;
}

/** Show what waits on this phone, how it stands, and what can be done about it. */
async function showWaiting(): Promise<void> {
  const list = box && find("ul", box);
  if (!box || !list) return;
  const kept = await visits(me).catch(() => []);
  box.hidden = kept.length === 0;
  list.replaceChildren(...kept.map(lineOf));
}

function lineOf(visit: Visit): HTMLLIElement {
  const line = document.createElement("li");
  line.dataset.state = visit.state;
  const head = document.createElement("p");
  head.append(strong(visit.code), ` ${new Date(visit.written_at).toLocaleString(document.documentElement.lang)}`);
  const told = document.createElement("p");
  told.textContent = [box?.dataset[visit.state] ?? "", visit.why].filter(Boolean).join(" ");
  const said = document.createElement("p");
  said.className = "said";
  said.textContent = new Map(visit.fields).get("reason") ?? "";
  const acts = document.createElement("p");
  acts.className = "actions";
  const isHere = location.pathname === visit.url;
  if (visit.state === "login") acts.append(link(`${box?.dataset.signin ?? ""}?next=${encodeURIComponent(location.pathname)}`, box?.dataset.enter ?? ""));
  else if (visit.state !== "waiting" && !isHere) acts.append(link(visit.url, box?.dataset.open ?? ""));
  const away = document.createElement("button");
  away.type = "button";
  away.className = "button quiet small";
  away.textContent = box?.dataset.drop ?? "";
  away.addEventListener("click", () => {
    if (window.confirm(box?.dataset.sure ?? "")) void drop(visit.id).then(showWaiting);
  });
  acts.append(away);
  line.append(head, told, said, acts);
  return line;
}

function strong(text: string): HTMLElement {
  const made = document.createElement("b");
  made.className = "code";
  made.textContent = text;
  return made;
}

function link(url: string, text: string): HTMLAnchorElement {
  const made = document.createElement("a");
  made.className = "button small";
  made.href = url;
  made.textContent = text;
  return made;
}

async function send(): Promise<number> {
  const sent = await flush(box?.dataset.list ?? "", me).catch(() => 0);
  await showWaiting();
  return sent;
}

/** Keep a visit on the phone, then try at once. Without room it goes as a plain form. */
function keepBeforeSending(form: HTMLFormElement): void {
  const status = find("[data-form-status]", form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = new FormData(form);
    if (!typed.get("outcome") || !String(typed.get("reason") ?? "").trim()) {
      if (status) status.textContent = form.dataset.missing ?? "";
      return;
    }
    typed.set("acted_at", value("acted_at", new Date().toISOString()));
    void finish(form, visitOf(form, typed), status);
  });
}

function visitOf(form: HTMLFormElement, typed: FormData): Visit {
  const fields = [...typed].filter((pair): pair is [string, string] => typeof pair[1] === "string");
  const chosen = typed.getAll("photos").filter((part): part is File => part instanceof File && part.size > 0);
  return {
    id: value("visit_id"),
    staff: me,
    url: new URL(form.action).pathname,
    code: form.dataset.code ?? "",
    fields,
    photos: chosen,
    written_at: Date.now(),
    state: "waiting",
    why: "",
  };
}

async function finish(form: HTMLFormElement, visit: Visit, status: HTMLElement | null): Promise<void> {
  const button = find<HTMLButtonElement>(".send button", form);
  if (button) button.disabled = true;
  try {
    await keep(visit);
  } catch {
    form.submit(); // no room to keep it
    return;
  }
  if (status) status.textContent = box?.dataset.sending ?? "";
  await send();
  const left = (await visits(me)).find((one) => one.id === visit.id);
  if (!left) location.assign(`${box?.dataset.list ?? ""}?beres=kunjungan`);
  if (button) button.disabled = false;
  if (status) status.textContent = left ? [box?.dataset[left.state] ?? "", left.why].join(" ") : "";
}

/** Fill in what was written here and not taken in, so that it can be checked and sent again. */
async function fillAgain(form: HTMLFormElement): Promise<void> {
  const kept = (await visits(me)).filter((visit) => visit.url === new URL(form.action).pathname && visit.state !== "waiting");
  const last = kept[kept.length - 1];
  if (!last) return;
  value("visit_id", last.id);
  for (const [name, text] of last.fields) {
    if (NOT_TYPED.includes(name)) continue;
    for (const field of form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(`[name="${CSS.escape(name)}"]`)) {
      if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) field.checked = field.value === text;
      else field.value = text;
    }
  }
  const files = find<HTMLInputElement>("input[type=file]", form);
  if (!files || !last.photos.length) return;
  const held = new DataTransfer();
  for (const photo of last.photos) held.items.add(photo);
  files.files = held.files;
  const told = find("[data-photo-status]", form);
  if (told) told.textContent = (form.dataset.keptPhotos ?? "").replace("{n}", String(last.photos.length));
}

function askForPosition(form: HTMLFormElement): void {
  const agreed = find<HTMLInputElement>("#with_position", form);
  const told = find("[data-position-status]", form);
  agreed?.addEventListener("change", () => {
    for (const name of ["lat", "lon", "accuracy_m"]) value(name, "");
    if (told) told.textContent = "";
    if (!agreed.checked || !told) return;
    told.textContent = told.dataset.seeking ?? "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        value("lat", coords.latitude.toFixed(6));
        value("lon", coords.longitude.toFixed(6));
        value("accuracy_m", coords.accuracy.toFixed(1));
        told.textContent = (told.dataset.found ?? "").replace("{m}", String(Math.round(coords.accuracy)));
      },
      () => {
        told.textContent = told.dataset.failed ?? "";
      },
      { enableHighAccuracy: true, timeout: WAIT_MS },
    );
  });
}

/** Put the nearest first. The position stays on the phone. */
function offerNearest(): void {
  const near = find("[data-near]");
  const button = near && find<HTMLButtonElement>("button", near);
  if (!near || !button || !("geolocation" in navigator) || !find("[data-lat]")) return;
  near.hidden = false;
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    if (!isOn) {
      button.setAttribute("aria-pressed", "false");
      order((item) => Number(item.dataset.order));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.setAttribute("aria-pressed", "true");
        order((item) => tell(item, near, metres(item, coords)));
      },
      () => {
        const told = find("[data-near-status]", near);
        if (told) told.textContent = near.dataset.failed ?? "";
      },
      { timeout: WAIT_MS, maximumAge: 60_000 },
    );
  });
}

function order(key: (item: HTMLElement) => number): void {
  for (const list of document.querySelectorAll<HTMLElement>("[data-tasks]")) {
    const items = [...list.querySelectorAll<HTMLElement>(":scope > li")].map((item) => ({ item, key: key(item) }));
    list.append(...items.sort((a, b) => a.key - b.key).map((one) => one.item));
  }
}

function tell(item: HTMLElement, near: HTMLElement, distance: number): number {
  const badge = find("[data-distance]", item);
  if (badge && Number.isFinite(distance)) {
    const [text, n] = distance < 1000 ? [near.dataset.metres, Math.max(10, Math.round(distance / 10) * 10)] : [near.dataset.km, (distance / 1000).toFixed(1)];
    badge.textContent = (text ?? "").replace("{n}", String(n));
    badge.hidden = false;
  }
  return distance;
}

/** Metres to a task on a flat piece of the earth: good within a city. */
function metres(item: HTMLElement, here: { latitude: number; longitude: number }): number {
  if (!item.dataset.lat) return Number.POSITIVE_INFINITY;
  const north = (Number(item.dataset.lat) - here.latitude) * 111_320;
  const east = (Number(item.dataset.lon) - here.longitude) * 111_320 * Math.cos((here.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}

markAsKept();
if (form) {
  keepBeforeSending(form);
  askForPosition(form);
  void fillAgain(form);
}
/** A kept page says so, and a visit written on it is another one than that of its first reading. */
function markAsKept(): void {
  const keptAt = Number(document.body.dataset["keptAt"]);
  if (!keptAt) return;
  value("visit_id", crypto.randomUUID());
  const told = find("[data-kept-note]");
  if (!told) return;
  told.textContent = (told.dataset["keptNote"] ?? "").replace("{when}", new Date(keptAt).toLocaleString(document.documentElement.lang));
  told.hidden = false;
}

offerNearest();
if (find("[data-tasks], [data-no-tasks]")) {
  navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);
  void keepTasks(me).catch(() => undefined);
}
window.addEventListener("online", () => void send());
window.setInterval(() => void visits(me).then((kept) => (kept.some((visit) => visit.state === "waiting") ? send() : 0)), RETRY_MS);
void send();
