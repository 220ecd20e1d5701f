// The form page. What it does is in `_form.ts`, so that a form that arrives later gets it too.

import { find } from "./_page";
import { startForm } from "./_form";

const form = find<HTMLFormElement>("#laporan");
if (form) startForm(form);
