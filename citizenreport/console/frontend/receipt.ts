// The counter's receipt: a button that prints it.

const button = document.querySelector<HTMLButtonElement>("[data-print]");
if (button) {
  button.hidden = false;
  button.focus();
  button.addEventListener("click", () => window.print());
}
