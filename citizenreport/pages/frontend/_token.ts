// Going to pages of the form's door: they want a token of this browser, which a page that came out
// of the phone's own cache has not.

import { find } from "./_page";

const FIELD = "csrf_token";

/** A token for forms of this page. Rejects without a network. */
export async function token(): Promise<string> {
  const held = find<HTMLInputElement>(`input[name=${FIELD}]`)?.value;
  if (held) return held;
  const answer = await fetch("/lapor", { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector<HTMLInputElement>(`input[name=${FIELD}]`)?.value ?? "";
  for (const field of document.querySelectorAll<HTMLInputElement>(`input[name=${FIELD}]`)) field.value = fresh;
  return fresh;
}

/** Go to the receipt of a report. `leadsOn`: to another report at once. False when it is out of reach. */
export async function openReceipt(code: string, secret: string, leadsOn: boolean): Promise<boolean> {
  try {
    const body = new URLSearchParams({ code, secret, [FIELD]: await token() });
    const answer = await fetch("/lapor/terkirim", { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") return false;
  } catch {
    return false;
  }
  location.assign(leadsOn ? "/lapor/terkirim?lagi=1" : "/lapor/terkirim");
  return true;
}

/** Post to a page as a form would, and go there. */
export async function go(action: string, values: Record<string, string>): Promise<void> {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  form.hidden = true;
  for (const [name, value] of Object.entries({ ...values, [FIELD]: await token() })) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}
