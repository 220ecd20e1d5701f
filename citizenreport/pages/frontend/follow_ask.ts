// The link of a receipt: `/lacak#CODE.SECRET`. The address is cleaned before anything else; the
// fragment was never sent. Then the form is filled in and sent, as a person would.

import { find } from "./_page";

function takeFromAddress(): void {
  const given = location.hash.slice(1);
  if (!given) return;
  history.replaceState(null, "", location.pathname);
  const dot = given.indexOf(".");
  const form = find<HTMLFormElement>("[data-ask]");
  const code = find<HTMLInputElement>("#code");
  const secret = find<HTMLInputElement>("#secret");
  if (dot < 1 || !form || !code || !secret) return;
  code.value = given.slice(0, dot);
  secret.value = plain(given.slice(dot + 1));
  form.submit();
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

window.addEventListener("hashchange", takeFromAddress);
takeFromAddress();
