// The lines of a quote: dragged to their place with a pointer (the buttons beside do the same without one), and the
// focus where the server says that it belongs.

let drag = null; // { row, next }: what is dragged, and the row that came after it

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  const row = handle.closest("tr");
  drag = { row, next: row.nextElementSibling };
  row.classList.add("line-dragged");
  row.parentElement.setPointerCapture(event.pointerId); // the handle itself moves about
});

document.addEventListener("pointermove", ({ clientY }) => {
  if (!drag) return;
  const { row } = drag;
  const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
  while (row.previousElementSibling && clientY < middle(row.previousElementSibling)) {
    row.previousElementSibling.before(row);
  }
  while (row.nextElementSibling && clientY > middle(row.nextElementSibling)) row.nextElementSibling.after(row);
  if (clientY < 40) scrollBy(0, -20);
  if (clientY > innerHeight - 40) scrollBy(0, 20);
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const { row, next } = drag;
  stop();
  if (row.nextElementSibling === next) return;
  const place = [...row.parentElement.children].indexOf(row) + 1;
  row.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful || putBack(row, next), { once: true });
  htmx.ajax("POST", row.querySelector(".line-up").formAction, { source: row, target: row, values: { place } });
});

document.addEventListener("pointercancel", cancel);
document.addEventListener("keydown", ({ key }) => key === "Escape" && cancel());

document.addEventListener("line-focus", ({ detail }) => {
  (document.getElementById(detail.id) ?? document.getElementById("line-add"))?.focus();
});

// The row that the answer refers to is not there: somebody else changed the lines, which are shown anew.
document.addEventListener("htmx:oobErrorNoTarget", () => location.reload());

function cancel() {
  if (!drag) return;
  const { row, next } = drag;
  stop();
  putBack(row, next);
}

function stop() {
  drag.row.classList.remove("line-dragged");
  drag = null;
}

function putBack(row, next) {
  if (next?.isConnected) next.before(row);
  else row.parentElement.append(row);
}
