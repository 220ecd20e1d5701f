// Sending the form from the phone: stored first, then sent, and its state said at every moment.
//
// A confidential report, or one the phone has no room for, stays in this page's memory and nowhere
// else until the server has it.

import { DraftKeeper, forgetDrafts, isConfidential, noteOnItsWay } from "./_drafts";
import { reportOf, typed } from "./_fields";
import type { Entry, Field } from "./_kept";
import { compose, drop, entries, isDue, keep, nextIn, sendKept, sendUnkept } from "./_outbox";
import { find, spaced } from "./_page";
import { ChosenPhotos } from "./_photos";
import { openReceipt, token } from "./_token";
import { askForSync } from "./_worker";

const SLOW_MS = 6_000;
const SPARE_MS = 50;
const SOMETHING_TO_SAY = 422;

type Panel =
  "slow" | "waiting" | "busy" | "memory" | "full" | "held" | "receipt" | "restored" | "nodraft" | "faults";
type Verdict = "fine" | "look" | "unreachable";

export class Sender {
  private readonly category: string;
  private readonly photos: ChosenPhotos | null;
  private readonly drafts: DraftKeeper;
  private entry: Entry | null = null; // the last one, in case the same is sent again
  private isSending = false;
  private isStored = false;
  private leadsOn = false; // another report is to be written at the same place
  private timer = 0;

  constructor(private readonly form: HTMLFormElement) {
    this.category = find<HTMLInputElement>("[name=category_code]", form)?.value ?? "";
    const input = find<HTMLInputElement>("input[type=file]", form);
    this.photos = input ? new ChosenPhotos(input, () => this.drafts.soon()) : null;
    this.drafts = new DraftKeeper(form, this.category, this.photos, () => this.show("nodraft"));
    form.addEventListener("submit", (event) => this.onSubmit(event));
    form.addEventListener("input", () => this.drafts.begin());
    find<HTMLFormElement>("form#ikut")?.addEventListener("submit", () => this.joinInstead());
    window.addEventListener("online", () => void this.retry(true));
    window.addEventListener("outbox", () => void this.look());
    window.addEventListener("beforeunload", (event) => this.holdBack(event));
    find("[data-draft-drop]")?.addEventListener("click", () => void this.startOver());
  }

  /** Put back what was typed before a reload, or what the server refused. */
  async restore(): Promise<void> {
    const draft = await this.drafts.restore();
    if (!draft) return;
    if (draft.faults.length || draft.why) this.showFaults(draft.why, draft.faults.map((fault) => fault.detail));
    else if (!find("[data-focus]")) this.show("restored");
  }

  /** Leave nothing: not on the phone, not in this page. */
  async wipe(): Promise<void> {
    clearTimeout(this.timer);
    if (!this.isStored) this.entry = null;
    await Promise.all([this.drafts.end(), forgetDrafts()]);
  }

  /** A published report is joined, and this one not sent: its draft goes when that has arrived. */
  private joinInstead(): void {
    if (!isConfidential(this.form)) noteOnItsWay(this.category);
  }

  private onSubmit(event: SubmitEvent): void {
    const by = event.submitter as HTMLButtonElement | null;
    if (by?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (this.isSending) return;
    this.setSending(true);
    const extra: Field[] = by?.name ? [[by.name, by.value]] : [];
    this.send([...typed(this.form), ...extra], extra)
      .catch(() => this.sendPlainly(extra)) // something of the browser's is missing
      .finally(() => this.setSending(false));
  }

  private async send(fields: Field[], extra: Field[]): Promise<void> {
    const photos = (await this.photos?.ready()) ?? [];
    const verdict = await this.ask(fields);
    const isHeld = find("[name=held_photo]:checked", this.form) !== null; // only its own form sends these
    if (isHeld && verdict === "unreachable") return this.show("held");
    if (isHeld || verdict === "look") {
      this.drafts.posted();
      await this.drafts.save();
      return this.sendPlainly(extra);
    }
    const report = reportOf(fields, this.category, this.form.dataset.zone ?? "UTC");
    const written = { report, photos, category: this.category, title: find("h1")?.textContent ?? "", fields };
    const entry = this.sameAsBefore(compose(written, this.drafts.postedUnder));
    this.entry = entry;
    this.leadsOn = extra.some(([name]) => name === "another");
    await this.store(entry);
    await this.attempt(entry);
  }

  /** Ask the server whether its own page must be seen first: faults, a place outside, similar reports. */
  private async ask(fields: Field[]): Promise<Verdict> {
    if (!navigator.onLine) return "unreachable";
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), SLOW_MS);
    try {
      const body = new URLSearchParams([...fields, ["category_code", this.category], ["csrf_token", await token()]]);
      const answer = await fetch("/lapor/periksa", { method: "POST", body, signal: patience.signal });
      return answer.status === SOMETHING_TO_SAY ? "look" : answer.ok ? "fine" : "unreachable";
    } catch {
      return "unreachable";
    } finally {
      clearTimeout(timer);
    }
  }

  /** Send the form as a browser without JavaScript would. */
  private sendPlainly(extra: Field[]): void {
    this.drafts.posted();
    if (!isConfidential(this.form)) noteOnItsWay(this.category);
    for (const [name, value] of extra) {
      this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    this.form.submit();
  }

  /** The entry that was made before, when nothing in it changed: it is sent under the same key. */
  private sameAsBefore(made: Entry): Entry {
    const old = this.entry;
    if (!old || old.report.replace(old.secret, made.secret) !== made.report) return made;
    const isSame = old.photos.length === made.photos.length && old.photos.every((p, n) => p === made.photos[n]);
    return isSame && old.state !== "refused" ? old : made;
  }

  private async store(entry: Entry): Promise<void> {
    this.isStored = false;
    if (isConfidential(this.form)) return this.drafts.end();
    try {
      await keep(entry);
      this.isStored = true;
      await this.drafts.end(); // the outbox has it now
      void askForSync();
    } catch {
      this.isStored = false;
    }
  }

  private async attempt(entry: Entry): Promise<void> {
    const slow = window.setTimeout(() => this.show("slow"), SLOW_MS);
    const tried = this.isStored ? await sendKept(entry.id) : await sendUnkept(entry);
    clearTimeout(slow);
    if (tried) await this.settle(entry, tried); // else another page of ours dealt with it
  }

  private async settle(entry: Entry, tried: Entry): Promise<void> {
    if (tried.state === "sent") return this.arrived(entry, tried);
    this.entry = tried;
    if (tried.state === "refused") return this.refused(tried);
    this.waits(tried);
  }

  private async arrived(entry: Entry, tried: Entry): Promise<void> {
    this.entry = { ...entry, tries: 0 }; // nothing waits any more; sent again, it is the same
    clearTimeout(this.timer);
    await this.drafts.end();
    if (this.isStored && tried.is_confidential) await drop(tried.id).catch(() => undefined);
    this.isStored = false;
    if (await openReceipt(tried.code, tried.secret, this.leadsOn)) return;
    this.tell("code", spaced(tried.code, 5));
    this.tell("secret", spaced(tried.secret, 4));
    this.show("receipt");
    this.form.hidden = true;
  }

  /** The server's own page says what is wrong, and holds what was typed; photos wait in the draft. */
  private async refused(tried: Entry): Promise<void> {
    if (this.isStored) await drop(tried.id).catch(() => undefined);
    this.isStored = false;
    this.drafts.begin();
    this.drafts.posted();
    await this.drafts.save();
    const details = tried.faults.map((fault) => fault.detail);
    try {
      await token();
    } catch {
      return this.showFaults(tried.why, details);
    }
    this.sendPlainly([]);
  }

  private waits(tried: Entry): void {
    const isSecret = isConfidential(this.form);
    this.show(this.isStored ? (tried.is_busy ? "busy" : "waiting") : isSecret ? "memory" : "full");
    this.form.hidden = true; // it may be there already: what is sent again must be the same
    if (tried.state === "waiting") this.plan(tried);
  }

  private plan(tried: Entry): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.retry(false), (nextIn([tried]) ?? 0) + SPARE_MS);
  }

  /** The worker, or this page's own round, may have sent it meanwhile. */
  private async look(): Promise<void> {
    const waiting = this.entry;
    if (!waiting || !this.isStored || this.isSending || !waiting.tries) return;
    const now = (await entries().catch(() => null))?.sound.find((entry) => entry.id === waiting.id);
    if (now && now.state !== "waiting" && this.entry === waiting) await this.settle(waiting, now);
  }

  private async retry(isEager: boolean): Promise<void> {
    if (this.isSending || this.entry?.state !== "waiting" || !this.entry.tries) return;
    if (!isDue(this.entry, isEager)) return this.plan(this.entry);
    this.setSending(true);
    await this.attempt(this.entry).finally(() => this.setSending(false));
  }

  /** What is in no store yet would be lost with the page. */
  private holdBack(event: BeforeUnloadEvent): void {
    const isOnlyHere = this.entry?.state === "waiting" && this.entry.tries > 0 && !this.isStored;
    if (isOnlyHere && !document.body.hidden) event.preventDefault();
  }

  private async startOver(): Promise<void> {
    await this.drafts.end();
    location.reload();
  }

  private setSending(isSending: boolean): void {
    this.isSending = isSending;
    const button = find<HTMLButtonElement>("#kirim", this.form);
    if (!button) return;
    button.dataset.resting ??= button.textContent ?? "";
    button.textContent = isSending ? (this.form.dataset.sending ?? "") : button.dataset.resting;
  }

  private showFaults(why: string, details: string[]): void {
    const list = find("[data-panel=faults] ul");
    const texts = details.length ? details : [why];
    list?.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    this.show("faults");
    this.form.hidden = false;
  }

  private tell(name: string, text: string): void {
    const place = find(`[data-panel=receipt] [data-${name}]`);
    if (place) place.textContent = text;
  }

  private show(name: Panel): void {
    for (const panel of document.querySelectorAll<HTMLElement>("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
    if (!["slow", "nodraft", "restored"].includes(name)) find(`[data-panel=${name}]`)?.focus();
  }
}
