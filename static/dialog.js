// Panels: htmx puts one into the page's one <dialog>, or it stands in a page of its own. This opens and closes the
// dialog, places the focus, and keeps what is typed.

const dialog = document.getElementById("dialog");
const content = document.getElementById("dialog-content");
let opener = null; // gets the focus back when the dialog closes without a result
let typed = []; // [id, value] of what was filled in while a preview was on its way

const fields = (panel) => [...panel.querySelectorAll('input:not([type="hidden"]), select, textarea')];
// A preview answers a changed field; everything else (a link, a submitted form) begins or ends something.
const isPreview = ({ requestConfig, xhr }) =>
  xhr.status < 400 && ["change", "input"].includes(requestConfig.triggeringEvent?.type);

// A refusal answers with a panel, whatever the request wanted to replace.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status < 400 || !detail.serverResponse.includes(" data-panel>")) return;
  const panel = detail.requestConfig.elt.closest("[data-panel]");
  detail.target = panel ?? content;
  detail.swapOverride = panel ? "outerHTML" : "innerHTML";
  detail.selectOverride = "[data-panel]";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const panel = event.target.closest("[data-panel]");
  if (!panel || !isPreview(event.detail)) return;
  if (panel.querySelector('form[aria-busy="true"]')) event.preventDefault(); // sent meanwhile: its answer counts
  const sent = event.detail.requestConfig.formData;
  typed = fields(panel)
    .filter((field) => !["radio", "checkbox"].includes(field.type))
    .filter((field) => sent.has(field.name) && field.value !== sent.get(field.name))
    .map((field) => [field.id, field.value]);
});

document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const { elt } = detail.requestConfig;
  if (target.id === "main" && elt === document.body) arrive(); // the body asks where a form led to (HX-Location)
  const panel = target === content ? content.firstElementChild : target.closest("[data-panel]");
  if (!panel) return;
  if (content.contains(panel) && !dialog.open) {
    opener = elt.querySelector("[type=submit]") ?? elt;
    dialog.showModal();
  }
  if (isPreview(detail)) keepTyped(); // htmx keeps the focus where it was
  else enter(panel);
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-dialog-close]")) return;
  event.preventDefault();
  dialog.close();
});

dialog.addEventListener("close", () => {
  content.replaceChildren();
  opener?.focus();
  opener = null;
});

document.querySelectorAll("#main [data-panel]").forEach(enter);

/** Goes to the first error, else to what the panel names, else to the first field, else to the first button. */
function enter(panel) {
  const place =
    fields(panel).find((field) => field.matches('[aria-invalid="true"], .is-invalid')) ??
    panel.querySelector("[data-autofocus]") ??
    fields(panel).find((field) => field.type !== "radio" || field.checked) ??
    panel.querySelector("a, button");
  place?.focus();
}

function keepTyped() {
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  typed = [];
}

/** The form succeeded and #main is the new page: closes the dialog and goes to what the page has to say. */
function arrive() {
  opener = null;
  dialog.close();
  const place = document.querySelector("#messages .notice, #main h1") ?? document.getElementById("main");
  place.tabIndex = -1;
  place.focus();
}
