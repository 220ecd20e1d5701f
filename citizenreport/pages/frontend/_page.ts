// Small things that several pages do.

/** The first element that fits, or null. */
export function find<T extends HTMLElement>(selector: string, within: ParentNode = document): T | null {
  return within.querySelector<T>(selector);
}

/** Put the focus on what is wrong, so that it is read out and seen. */
export function focusOnFaults(): void {
  find("[data-focus]")?.focus();
}

/** Show what works only with JavaScript. */
export function showScripted(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-js]")) element.hidden = false;
}

/** A code in groups that can be read aloud. */
export function spaced(code: string, size: number): string {
  return (code.match(new RegExp(`.{1,${size}}`, "g")) ?? []).join("-");
}
