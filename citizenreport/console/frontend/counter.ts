// The counter's form, by keyboard: search, Enter takes the first kind, Ctrl+Enter sends. Nothing
// that is typed is kept here: the computer of an office is everybody's.

import { search, type Choice } from "../../pages/frontend/_category";
import { find, focusOnFaults } from "../../pages/frontend/_page";
import { offerPosition } from "../../pages/frontend/_place";
import { showSimilar } from "../../pages/frontend/_duplicates";

const PAUSE_MS = 150;

function searchKinds(form: HTMLFormElement): void {
  const field = find<HTMLInputElement>("#cari", form);
  const told = find("[data-found]", form);
  const choices: Choice[] = [...form.querySelectorAll<HTMLElement>("[data-words]")].map((item) => ({ item, words: item.dataset.words ?? "" }));
  if (!field || !told) return;
  const show = (): Choice[] => {
    const isAsked = field.value.trim() !== "";
    const found = isAsked ? search(choices, field.value) : choices;
    for (const choice of choices) choice.item.hidden = !found.includes(choice) && !find(":checked", choice.item);
    told.textContent = !isAsked ? "" : found.length ? (field.dataset.some ?? "").replace("{n}", String(found.length)) : (field.dataset.none ?? "");
    return isAsked ? found : [];
  };
  const take = (): void => {
    const first = find<HTMLInputElement>("input", show()[0]?.item ?? document.createElement("i"));
    if (!first) return;
    first.checked = true;
    first.focus();
    first.dispatchEvent(new Event("change", { bubbles: true }));
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    take();
  });
  find("[data-search]", form)?.addEventListener("click", (event) => {
    event.preventDefault();
    take();
  });
}

/** Fetch what belongs to the chosen kind, with what was typed already; the rest of the page stays. */
function followKind(form: HTMLFormElement): void {
  let pause = 0;
  let asked = 0;
  const ask = async (): Promise<void> => {
    const mine = ++asked;
    const body = new FormData(form);
    body.delete("photos");
    body.delete("held_photo");
    try {
      const answer = await fetch(form.dataset.kind ?? "", { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [fresh, here] = [page.getElementById("menurut-jenis"), find("#menurut-jenis", form)];
      if (mine === asked && answer.ok && fresh && here) here.replaceChildren(...fresh.childNodes);
    } catch {
      // Without a network the questions stay away; sending says what is missing.
    }
  };
  form.addEventListener("change", (event) => {
    if ((event.target as HTMLInputElement).name !== "category_code") return;
    window.clearTimeout(pause);
    pause = window.setTimeout(() => void ask(), PAUSE_MS);
  });
}

function sendOnce(form: HTMLFormElement): void {
  let isSent = false;
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) form.requestSubmit(find<HTMLButtonElement>("#kirim", form) ?? undefined);
    const isLine = event.target instanceof HTMLInputElement && event.target.id !== "cari";
    if (event.key === "Enter" && !event.ctrlKey && isLine) event.preventDefault(); // too early is worse than late
  });
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
    const button = find<HTMLButtonElement>("#kirim", form);
    if (button) button.textContent = form.dataset.sending ?? "";
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // nothing of the person before is shown again
  });
}

const form = find<HTMLFormElement>("#laporan");
if (form) {
  searchKinds(form);
  followKind(form);
  offerPosition(form);
  showSimilar(form);
  sendOnce(form);
  focusOnFaults();
}
