// The page's one <dialog>. htmx puts a panel into #dialog-content; this opens it, places the focus and closes it.

const dialog = document.getElementById("dialog");
const content = document.getElementById("dialog-content");
let opener = null; // gets the focus back when the dialog closes without a result
let typed = []; // [id, value] of what was filled in while a preview was on its way

const fields = () => [...content.querySelectorAll('input:not([type="hidden"]), select, textarea')];
// A preview answers a changed field; everything else (a link, a submitted form) begins or ends something.
const isPreview = (detail) => !["click", "submit"].includes(detail.requestConfig.triggeringEvent?.type);

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!content.contains(event.target) || !isPreview(event.detail)) return;
  if (content.querySelector('form[aria-busy="true"]')) event.preventDefault(); // sent meanwhile: its answer counts
  const sent = event.detail.requestConfig.formData;
  typed = fields()
    .filter((field) => !["radio", "checkbox"].includes(field.type))
    .filter((field) => sent.has(field.name) && field.value !== sent.get(field.name))
    .map((field) => [field.id, field.value]);
});

document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const { elt } = detail.requestConfig;
  if (target.id === "main" && elt === document.body) arrive(); // the body asks where a form led to (HX-Location)
  if (!content.contains(target)) return;
  if (!dialog.open) {
    opener = elt.querySelector("[type=submit]") ?? elt;
    dialog.showModal();
  }
  if (isPreview(detail)) keepTyped(); // htmx keeps the focus where it was
  else firstPlace().focus();
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

/** The first error, else what the panel names, else the first field, else the first button. */
function firstPlace() {
  return (
    fields().find((field) => field.matches('[aria-invalid="true"], .is-invalid')) ??
    content.querySelector("[data-autofocus]") ??
    fields().find((field) => field.type !== "radio" || field.checked) ??
    content.querySelector("a, button") ??
    dialog
  );
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
