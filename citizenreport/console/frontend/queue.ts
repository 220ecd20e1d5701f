// Keys for the list of tickets: j and k go down and up, x chooses, / searches, ? shows this list.
// Everything works without them, and they can be switched off (WCAG 2.1.4).

const OFF = "petugas-pintasan-mati";
const rowsNow = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-rows] tr, [data-rows] li")];
const help = document.querySelector<HTMLDetailsElement>("#keys");
const wanted = document.querySelector<HTMLInputElement>("#keys-on");
const ACTS: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  x: choose,
  l: openSteps,
  "/": search,
  "?": showHelp,
};

if (help && wanted) {
  help.hidden = false;
  wanted.checked = !isOff();
  wanted.addEventListener("change", () => remember(!wanted.checked));
}
// On the board: what stood under "more" is read on from its first ticket.
let before: Element | null | undefined;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  before = (event.target as Element).closest("li.more")?.previousElementSibling;
});
document.body.addEventListener("htmx:afterSwap", () => {
  const first = before?.nextElementSibling as HTMLElement | null | undefined;
  before = null;
  if (!first) return;
  first.tabIndex = -1;
  (first.querySelector<HTMLElement>("a.row-link") ?? first).focus();
});
document.addEventListener("keydown", (event) => {
  const act = ACTS[event.key];
  if (!act || isOff() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  event.preventDefault();
  act();
});

function step(by: number): void {
  const rows = rowsNow();
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  for (let n = next; n >= 0 && n < rows.length; n += by) {
    const target = rows[n]?.querySelector<HTMLElement>("a.row-link");
    if (target) return target.focus();
  }
}

function choose(): void {
  const row = rowsNow().find((one) => one.contains(document.activeElement));
  row?.querySelector<HTMLInputElement>("input.choose")?.click();
}

/** On the board: the steps of the ticket one stands on. */
function openSteps(): void {
  const row = rowsNow().find((one) => one.contains(document.activeElement));
  const steps = row?.querySelector<HTMLDetailsElement>("details.steps-here");
  if (!steps) return;
  steps.open = !steps.open;
  steps.querySelector<HTMLElement>("summary")?.focus();
}

function search(): void {
  const field = document.querySelector<HTMLInputElement>("#cari");
  const folded = field?.closest("details");
  if (folded) folded.open = true;
  field?.focus();
  field?.select();
}

function showHelp(): void {
  if (!help) return;
  help.open = !help.open;
  if (help.open) help.querySelector<HTMLElement>("summary")?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

function isOff(): boolean {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false; // storage is blocked: the keys stay on
  }
}

function remember(off: boolean): void {
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // storage is blocked: nothing is remembered
  }
}

export {};
