// A proof of work for a form that is sent without the API.

import { solveProof } from "./_proof";

const RENEW_MS = 50 * 60_000; // a challenge is good for an hour

/** Solve one while the form is being filled in, into its hidden field; anew before it gets old. */
export function proveForm(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("[data-proof]");
  if (!field) return;
  let askedAt = -Infinity;
  form.addEventListener("input", () => {
    if (performance.now() - askedAt < RENEW_MS) return;
    askedAt = performance.now();
    void solveProof().then((proof) => {
      field.value = proof ?? "";
    });
  });
}
