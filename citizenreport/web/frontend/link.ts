// A link from a mail: go on by itself. While the page loads this takes its place in the history,
// so that "back" does not come here again. Without JavaScript the button does it.

document.querySelector<HTMLFormElement>("[data-go-on]")?.submit();

export {};
