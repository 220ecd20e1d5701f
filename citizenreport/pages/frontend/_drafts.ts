// What was typed survives a reload. Of a confidential report nothing is ever kept.

import { fillIn, isWorthKeeping, typed } from "./_fields";
import { asDraft, type Draft } from "./_kept";
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

/** Note that this form goes to the server as a page: the receipt then tells that its draft is done with. */
export function noteOnItsWay(category: string): void {
  try {
    sessionStorage.setItem(ON_ITS_WAY, category);
  } catch {
    // The draft stays: it is offered again, and can be dropped.
  }
}

/** Forget the draft of what went as a page, now that its receipt is here. */
export async function forgetArrived(): Promise<void> {
  try {
    const category = sessionStorage.getItem(ON_ITS_WAY);
    sessionStorage.removeItem(ON_ITS_WAY);
    if (category) await forgetDrafts(category);
  } catch {
    // Nothing was noted.
  }
}

/** Keeps the draft of one form while it is written. */
export class DraftKeeper {
  private timer = 0;
  private isOver = false;
  private key = ""; // the form's, once it was posted as a page

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
    this.takeOver(draft.key);
    return draft;
  }

  /** The key under which this report was posted before, else empty. */
  get postedUnder(): string {
    return this.key;
  }

  /** Note that the form goes to the server as a page, under the key in it. */
  posted(): void {
    this.key = this.keyField?.value ?? "";
  }

  /** Go on under the key it was posted under, unless the server gave another one on purpose. */
  private takeOver(key: string): void {
    const field = this.keyField;
    if (!key || !field || field.dataset.other !== undefined) return;
    field.value = this.key = key;
  }

  private get keyField(): HTMLInputElement | null {
    return this.form.querySelector<HTMLInputElement>("[name=send_key]");
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
    const draft = { category: this.category, fields, photos, saved_at: Date.now(), key: this.key, why: "", faults: [] };
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
