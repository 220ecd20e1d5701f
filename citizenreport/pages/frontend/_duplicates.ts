// Released reports like this one, shown as soon as category and place are known.

import { find } from "./_page";

const PAUSE_MS = 300;
const ASKED = ["csrf_token", "category_code", "lat", "lon", "area_code", "visibility"];

/** Ask anew whenever the place, or who may see the report, changes. */
export function showSimilar(form: HTMLFormElement): void {
  const box = find("#serupa", form);
  if (!box) return;
  let timer = 0;
  let round = 0;
  const ask = (): void => {
    window.clearTimeout(timer);
    const mine = ++round;
    timer = window.setTimeout(() => {
      void load(form, box).then((html) => {
        if (mine === round && html !== null) show(form, box, html);
      });
    }, PAUSE_MS);
  };
  form.addEventListener("placechange", ask);
  form.addEventListener("change", (event) => {
    if (["category_code", "area_code", "visibility"].includes((event.target as HTMLInputElement).name)) ask();
  });
  if (hasPlace(form)) ask();
}

function hasPlace(form: HTMLFormElement): boolean {
  const data = new FormData(form);
  return Boolean(data.get("lat") || data.get("area_code"));
}

/** What the server knows, as a piece of page; null when it does not answer: then it asks on sending. */
async function load(form: HTMLFormElement, box: HTMLElement): Promise<string | null> {
  if (!hasPlace(form)) return "";
  const typed = new FormData(form);
  const body = new URLSearchParams();
  for (const name of ASKED) body.append(name, String(typed.get(name) ?? ""));
  const answer = await fetch(box.dataset.similar ?? "", { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  return answer?.ok ? answer.text() : null;
}

function show(form: HTMLFormElement, box: HTMLElement, html: string): void {
  const page = new DOMParser().parseFromString(html, "text/html"); // nothing in it runs
  box.replaceChildren(...page.body.childNodes);
  const seen = find<HTMLInputElement>("[name=seen_similar]", form);
  if (seen) seen.value = find("[data-codes]", box)?.dataset.codes ?? "";
}
