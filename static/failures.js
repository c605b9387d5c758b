// A request that failed is said aloud and stays on the screen. The words are the server's, in base.html.

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, say);
}
document.addEventListener("htmx:beforeRequest", () => document.querySelector(".dialog-alert")?.remove());

// A refusal in the place of the whole content (a page deleted meanwhile) has a page of its own.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "main" || event.detail.xhr.status < 400) return;
  event.preventDefault();
  location.assign(event.detail.pathInfo.finalRequestPath);
});

function say() {
  const messages = document.getElementById("messages");
  messages.replaceChildren(line("notice notice-error", messages.dataset.failed));
  const foot = document.querySelector("#dialog[open] .dialog-foot"); // the page around an open dialog is inert
  foot?.prepend(line("dialog-alert", messages.dataset.failed));
  foot?.firstChild.setAttribute("role", "alert");
}

function line(classes, text) {
  const paragraph = document.createElement("p");
  paragraph.className = classes;
  paragraph.textContent = text;
  return paragraph;
}
