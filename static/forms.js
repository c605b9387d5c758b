// A form that is being sent is not sent again: the second half of a double click does nothing.

const setBusy = (form, isBusy) => form.setAttribute("aria-busy", isBusy);

document.addEventListener(
  "submit",
  (event) => {
    if (event.target.getAttribute("aria-busy") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

// A plain form is gone with its page, unless the browser brings that page back.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post" && !event.defaultPrevented) setBusy(event.target, true);
});
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("form").forEach((form) => setBusy(form, false));
});

// A form of htmx waits for its answer; one that succeeded stays busy until the next page is there.
document.addEventListener("htmx:beforeSend", ({ target }) => {
  if (target.matches("form")) setBusy(target, true);
});
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (target.matches("form") && !detail.xhr.getResponseHeader("HX-Location")) setBusy(target, false);
});
