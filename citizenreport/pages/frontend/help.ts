// The help page: typing shows only the sections that hold all of the words.

import { find, showScripted } from "./_page";

showScripted();

const input = find<HTMLInputElement>("[data-help-search]");
const topics = [...document.querySelectorAll<HTMLElement>("[data-topic]")];
const texts = topics.map((topic) => (topic.textContent ?? "").toLowerCase());
input?.addEventListener("input", () => narrow(input.value));

function narrow(typed: string): void {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  topics.forEach((topic, index) => {
    const fits = words.every((word) => texts[index]?.includes(word));
    topic.hidden = !fits;
    if (fits) shown += 1;
  });
  const status = find("[data-help-status]");
  if (!status) return;
  const found = shown ? status.dataset.some?.replace("{n}", String(shown)) : status.dataset.none;
  status.textContent = words.length ? (found ?? "") : "";
}
