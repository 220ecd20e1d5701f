// "Laporan saya": what waits on this phone, what just went, and the reports kept here by choice.

import { keepDraft } from "./_drafts";
import { asRecord, type Entry, type Own, text } from "./_kept";
import { drop, entries, flush, sendAgain } from "./_outbox";
import { dropOwn, keepOwn, ownReports, stateOf } from "./_own";
import { find, showScripted, spaced } from "./_page";
import { go } from "./_token";

const page = find("[data-mine]");
const language = document.documentElement.lang;

function copyOf(name: string): HTMLElement {
  const template = document.querySelector<HTMLTemplateElement>(`template#${name}`);
  return template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
}

function put(place: HTMLElement, name: string, value: string): void {
  const found = find(`[data-${name}]`, place);
  if (found) found.textContent = value;
}

function on(place: HTMLElement, act: string, work: () => Promise<unknown>): void {
  const button = find<HTMLButtonElement>(`[data-act=${act}]`, place);
  button?.addEventListener("click", () => {
    button.disabled = true;
    work().then(show, () => undefined).finally(() => (button.disabled = false));
  });
}

function moment(at: number): string {
  return at ? new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" }) : "";
}


function waiting(entry: Entry): HTMLElement {
  const card = copyOf(`mine-${entry.state === "waiting" && entry.is_busy ? "busy" : entry.state}`);
  put(card, "title", entry.title);
  put(card, "moment", moment(entry.sent_at || entry.written_at));
  put(card, "text", textOf(entry));
  put(card, "why", entry.faults.some((fault) => fault.detail === entry.why) ? "" : entry.why);
  const list = find("[data-faults]", card);
  for (const fault of entry.faults) list?.append(Object.assign(document.createElement("li"), { textContent: fault.detail }));
  put(card, "code", spaced(entry.code, 5));
  put(card, "secret", spaced(entry.secret, 4));
  for (const part of card.querySelectorAll<HTMLElement>("[data-if=keepable]")) part.hidden = entry.is_confidential;
  for (const part of card.querySelectorAll<HTMLElement>("[data-if=confidential]")) part.hidden = !entry.is_confidential;
  on(card, "send", () => flush({ isEager: true }));
  on(card, "again", () => sendAgain(entry).then(() => flush({ isEager: true })));
  on(card, "drop", async () => isSure(card) && drop(entry.id));
  on(card, "edit", () => edit(entry));
  on(card, "keep", () => keepOwn({ code: entry.code, secret: entry.secret, sent_at: entry.sent_at }).then(() => drop(entry.id)));
  return card;
}

function textOf(entry: Entry): string {
  return entry.fields.find(([name]) => name === "description")?.[1] ?? "";
}

function isSure(card: HTMLElement): boolean {
  const question = find("[data-act=drop]", card)?.dataset.sure;
  return !question || window.confirm(question);
}

/** What was refused becomes a draft, with what was wrong with it; then it is a draft only. */
async function edit(entry: Entry): Promise<void> {
  const { category, fields, photos, why, faults } = entry;
  await keepDraft({ category, fields, photos, saved_at: Date.now(), key: "", why, faults });
  await drop(entry.id);
  location.assign(`/lapor?kategori=${encodeURIComponent(category)}`);
}

function kept(own: Own): HTMLElement {
  const card = copyOf("mine-own");
  put(card, "code", spaced(own.code, 5));
  put(card, "moment", moment(own.sent_at));
  on(card, "drop", () => dropOwn(own.code));
  on(card, "open", () => go("/lacak", { code: own.code, secret: own.secret }));
  void look(own, card);
  return card;
}

const gone = new Set<string>(); // told as long as the page is open, however often the lists are drawn

async function look(own: Own, card: HTMLElement): Promise<void> {
  const found = await stateOf(own);
  if (found.kind === "gone") {
    gone.add(own.code);
    await dropOwn(own.code);
    await show();
    return;
  }
  if (found.kind === "unknown") return;
  put(card, "title", found.category);
  const names = asRecord(JSON.parse(page?.dataset.states ?? "{}"));
  put(card, "state", text(names?.[found.state]) || found.state);
}

/** A confidential one is shown this once: then the phone knows nothing of it. */
async function forgetConfidential(sound: Entry[]): Promise<void> {
  for (const entry of sound) if (entry.state === "sent" && entry.is_confidential) await drop(entry.id);
}

async function show(): Promise<void> {
  const [{ sound, broken }, all] = [await entries(), await ownReports()];
  const own = all.filter(({ code }) => !gone.has(code));
  const damaged = broken.map((id) => {
    const card = copyOf("mine-broken");
    on(card, "drop", () => drop(id));
    return card;
  });
  find("[data-list=outbox]")?.replaceChildren(...sound.map(waiting), ...damaged);
  find("[data-list=own]")?.replaceChildren(...own.map(kept), ...[...gone].map(() => copyOf("mine-gone")));
  const ownCount = own.length + gone.size;
  const isEmpty = sound.length + broken.length + ownCount === 0;
  for (const [name, hidden] of [["outbox", sound.length + broken.length === 0], ["own", ownCount === 0], ["empty", !isEmpty]] as const) {
    const part = find(`[data-part=${name}]`);
    if (part) part.hidden = hidden;
  }
  await forgetConfidential(sound);
}

function start(): void {
  showScripted();
  const all = find<HTMLButtonElement>("[data-drop-all]");
  all?.addEventListener("click", () => {
    if (window.confirm(all.dataset.sure)) dropOwn().then(show, () => undefined);
  });
  const again = (): void => {
    show().catch(() => {
      const none = find("[data-part=none]");
      if (none) none.hidden = false;
    });
  };
  window.addEventListener("outbox", again);
  again();
}

if (page) start();
