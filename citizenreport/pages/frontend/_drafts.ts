// What was typed survives a reload. Of a confidential report nothing is ever kept.

import { fillIn, isWorthKeeping, typed } from "./_fields";
import { asDraft, asRecord, type Draft, text } from "./_kept";
import type { ChosenPhotos } from "./_photos";
import { store } from "./_store";

const PAUSE_MS = 500;
const KEPT_MS = 7 * 24 * 3600_000;
const ON_ITS_WAY = "on-its-way";

/** Say whether this report may leave nothing on the phone: by its category, or by choice. */
export function isConfidential(form: HTMLFormElement): boolean {
  const chosen = new FormData(form).get("visibility");
  return form.dataset.confidential !== undefined || chosen === "confidential";
}

/** Keep a draft. Rejects when there is no room. */
export async function keepDraft(draft: Draft): Promise<void> {
  await (await store()).put("drafts", draft);
}

/** Forget one draft, or all of them. Never rejects. */
export async function forgetDrafts(category?: string): Promise<void> {
  try {
    const database = await store();
    await (category === undefined ? database.clear("drafts") : database.delete("drafts", category));
  } catch {
    // Where nothing can be stored there is nothing to forget.
  }
}

/** The draft of a category; null for none, or one that is too old. */
export async function draftOf(category: string): Promise<Draft | null> {
  const draft = asDraft(await (await store()).get("drafts", category));
  return draft && Date.now() - draft.saved_at < KEPT_MS ? draft : null;
}

/** What names a form to the server: sent again with these, it is the same report. */
interface OnItsWay {
  category: string;
  send_key: string;
  ticket: string;
}

/** Note that this form goes to the server as a page: the receipt then tells that its draft is done with. */
export function noteOnItsWay(category: string, form: HTMLFormElement): void {
  const field = (name: string): string => form.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "";
  const noted: OnItsWay = { category, send_key: field("send_key"), ticket: field("ticket") };
  try {
    sessionStorage.setItem(ON_ITS_WAY, JSON.stringify(noted));
  } catch {
    // The draft stays: it is offered again, and can be dropped.
  }
}

/** Give a form that may have arrived, though no answer came, the names it went under; tell whether it did. */
export function resumeOnItsWay(category: string, form: HTMLFormElement): boolean {
  const noted = onItsWay();
  if (noted?.category !== category || !noted.send_key) return false;
  for (const name of ["send_key", "ticket"] as const) {
    const field = form.querySelector<HTMLInputElement>(`[name=${name}]`);
    if (field) field.value = noted[name];
  }
  return true;
}

function onItsWay(): OnItsWay | null {
  try {
    const noted = asRecord(JSON.parse(sessionStorage.getItem(ON_ITS_WAY) ?? "null"));
    return noted && { category: text(noted.category), send_key: text(noted.send_key), ticket: text(noted.ticket) };
  } catch {
    return null;
  }
}

/** Forget the draft of what went as a page, now that its receipt is here. */
export async function forgetArrived(): Promise<void> {
  try {
    const noted = onItsWay();
    sessionStorage.removeItem(ON_ITS_WAY);
    if (noted) await forgetDrafts(noted.category);
  } catch {
    // Nothing was noted.
  }
}

/** Keeps the draft of one form while it is written. */
export class DraftKeeper {
  private timer = 0;
  private isOver = false;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly category: string,
    private readonly photos: ChosenPhotos | null,
    private readonly onFull: () => void,
  ) {
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    window.addEventListener("pagehide", () => {
      if (this.timer) void this.save();
    });
  }

  /** Put back what was typed before; returns it, or null. A form that already says something keeps it. */
  async restore(): Promise<Draft | null> {
    if (isConfidential(this.form)) return null;
    const draft = await draftOf(this.category).catch(() => null);
    if (!draft) return null;
    if (!isWorthKeeping(typed(this.form))) fillIn(this.form, draft.fields);
    const isHeld = this.form.querySelector("[name=held_photo]") !== null; // the server kept them
    if (draft.photos.length && !isHeld) this.photos?.put(draft.photos);
    return draft;
  }

  soon(): void {
    clearTimeout(this.timer);
    if (this.isOver) return;
    this.timer = window.setTimeout(() => void this.save(), PAUSE_MS);
  }

  /** Store what is typed now. Never rejects. */
  async save(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.isOver) return;
    const fields = typed(this.form);
    if (isConfidential(this.form) || !isWorthKeeping(fields)) return forgetDrafts(this.category);
    const photos = (await this.photos?.ready()) ?? [];
    if (this.isOver || isConfidential(this.form)) return;
    const draft = { category: this.category, fields, photos, saved_at: Date.now(), why: "", faults: [] };
    await keepDraft(draft).catch(() => this.onFull());
  }

  /** Forget it, and keep no more: it was sent, or its writer left. */
  async end(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    await forgetDrafts(this.category);
  }

  /** Keep again: the form came back, and is written in. */
  begin(): void {
    this.isOver = false;
  }
}
