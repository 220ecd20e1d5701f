// Finding a category while one types: the same comparing as `category_search.py` does.

import { find } from "./_page";

const MOST_FOUND = 10;
const LITTLE_WORDS = new Set("ada dan di ing ke lan nang of sing the to yang yg in a and is".split(" "));

export interface Choice {
  item: HTMLElement;
  words: string;
}

/** Let the search field answer while one types; its button still works. */
export function searchWhileTyping(): void {
  const field = find<HTMLInputElement>("#cari");
  const [list, count, all] = [find("#hasil"), find("#hasil-jumlah"), find("#semua")];
  if (!field || !list || !count || !all) return;
  const choices = [...all.querySelectorAll<HTMLElement>("[data-words]")].map((item) => ({ item, words: item.dataset.words ?? "" }));
  const show = (): void => {
    const found = search(choices, field.value);
    list.replaceChildren(...found.map((choice) => choice.item.cloneNode(true)));
    list.hidden = found.length === 0;
    const isAsked = field.value.trim() !== "";
    const told = found.length ? (count.dataset.some ?? "").replace("{n}", String(found.length)) : count.dataset.none;
    count.textContent = isAsked ? (told ?? "") : "";
  };
  field.addEventListener("input", show);
  field.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
    (find<HTMLElement>("a, button", list) ?? field).focus();
  });
}

/** The choices that fit most of the words, those beginning with them first. */
export function search(choices: Choice[], query: string): Choice[] {
  const wanted = wordsIn(query);
  if (!wanted.length) return [];
  const phrase = `| ${wanted.join(" ")}`;
  const ranked = choices.map((choice) => ({
    choice,
    count: wanted.filter((word) => choice.words.includes(` ${word}`)).length,
    begins: choice.words.includes(phrase) ? 1 : 0,
  }));
  const best = Math.max(0, ...ranked.map((rank) => rank.count));
  if (!best) return [];
  const found = ranked.filter((rank) => rank.count === best).sort((a, b) => b.begins - a.begins);
  return found.slice(0, MOST_FOUND).map((rank) => rank.choice);
}

function wordsIn(text: string): string[] {
  const plain = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const found = plain.match(/[\p{L}\p{N}_]+/gu) ?? [];
  const telling = found.filter((word) => !LITTLE_WORDS.has(word));
  return telling.length ? telling : found;
}
