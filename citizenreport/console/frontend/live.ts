// Asks the server whether others changed what this page shows, and says so without touching the page.
// It asks while the tab is in sight, less often when nothing happens or the server does not answer.

import htmx from "htmx.org/dist/htmx.esm.js";

const FIRST_MS = 15_000;
const SLOWEST_MS = 60_000;
const FAILED_MOST_MS = 240_000;
const QUIET_ANSWERS = 20; // five minutes of nothing new: from then on less often

htmx.config.includeIndicatorStyles = false; // the policy of the page forbids inline styles
htmx.config.allowEval = false;
htmx.config.historyEnabled = false;
htmx.config.responseHandling = [
  { code: "200", swap: true },
  { code: "...", swap: false },
];

const region = document.querySelector<HTMLElement>("#live");
if (region) watch(region);

function watch(region: HTMLElement): void {
  let tag = `W/"${region.dataset.tag ?? ""}"`;
  let wait = FIRST_MS;
  let quiet = 0;
  let timer = 0;
  let isOver = false;

  const plan = (): void => {
    clearTimeout(timer);
    if (!isOver && !document.hidden) timer = window.setTimeout(() => htmx.trigger(region, "live-ask", {}), wait);
  };

  region.addEventListener("htmx:configRequest", (event) => {
    (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers["If-None-Match"] = tag;
  });
  region.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
    if (wentElsewhere(detail.xhr, region)) detail.shouldSwap = false;
  });
  region.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    if (wentElsewhere(xhr, region) || [401, 403, 404].includes(xhr.status)) {
      isOver = true;
      region.textContent = region.dataset.over ?? "";
    } else if (xhr.status === 200) {
      tag = xhr.getResponseHeader("ETag") ?? tag;
      [wait, quiet] = [FIRST_MS, 0];
    } else if (xhr.status === 304) {
      quiet += 1;
      wait = quiet < QUIET_ANSWERS ? FIRST_MS : SLOWEST_MS;
    } else {
      wait = Math.min(wait * 2, FAILED_MOST_MS);
    }
    plan();
  });
  region.addEventListener("click", (event) => keepTyped(event, region));
  document.addEventListener("visibilitychange", () => {
    [wait, quiet] = [document.hidden ? wait : Math.min(wait, 1_000), 0];
    plan();
  });
  plan();
}

/** The session is over: the answer is the login's, or another page's. */
function wentElsewhere(xhr: XMLHttpRequest, region: HTMLElement): boolean {
  const asked = new URL(region.getAttribute("hx-get") ?? "", location.href);
  return xhr.responseURL !== "" && new URL(xhr.responseURL).pathname !== asked.pathname;
}

/** Where something is typed, the newer page opens beside this one. */
function keepTyped(event: Event, region: HTMLElement): void {
  if (!(event.target instanceof HTMLAnchorElement) || !isTyped()) return;
  event.target.target = "_blank";
  const said = document.createElement("p");
  said.textContent = region.dataset.kept ?? "";
  if (!region.textContent?.includes(said.textContent)) region.append(said);
}

function isTyped(): boolean {
  const fields = document.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>("form[method=post] :is(textarea, input)");
  return [...fields].some((field) =>
    field.type === "checkbox" || field.type === "radio"
      ? (field as HTMLInputElement).checked !== (field as HTMLInputElement).defaultChecked
      : field.type !== "hidden" && field.value !== field.defaultValue,
  );
}
