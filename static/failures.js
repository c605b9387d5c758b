// A request that failed is said aloud and stays on the screen, and what was typed stays in its form. The words are the
// server's: those of its answer (500.html, 503.html), or where there is none, those in base.html.

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

function say({ detail }) {
  const messages = document.getElementById("messages");
  const words = answered(detail.xhr) ?? messages.dataset.failed;
  messages.replaceChildren(line("notice notice-error", words));
  const foot = document.querySelector("#dialog[open] .dialog-foot"); // the page around an open dialog is inert
  foot?.prepend(line("dialog-alert", words));
  foot?.firstChild.setAttribute("role", "alert");
}

function answered(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-failure]")?.textContent.trim().replace(/\s+/g, " ");
}

function line(classes, text) {
  const paragraph = document.createElement("p");
  paragraph.className = classes;
  paragraph.textContent = text;
  return paragraph;
}
