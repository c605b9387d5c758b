// Selecting rows of the list: one, a range, the page. What the form `bulk` does with them, and "all that match", work
// without this; here are the keys, the counting, and what is kept when the list is shown anew.

const form = () => document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll('[form="bulk"][name="selected"]')];
const selected = () => boxes().filter((box) => box.checked);
let last = null; // the box that was clicked last: a range begins there
let kept = null; // { query, values } of the list that is being replaced
let isRenewed = false; // the list was replaced behind the dialog

document.addEventListener("click", ({ target, shiftKey }) => {
  if (target.id === "bulk-page") {
    for (const box of boxes()) box.checked = target.checked;
  } else if (boxes().includes(target)) {
    if (shiftKey && last?.isConnected) checkRange(last, target);
    last = target;
  } else if (target.id !== "bulk-all") return;
  show();
});

document.addEventListener("reset", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  clear();
});

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!form() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "Enter" && boxes().includes(target)) event.preventDefault(); // it would press the first button
  if (target.closest("input:not([type=checkbox]), select, textarea, dialog, details")) return;
  if (key === "Escape" && selected().length) clear();
  const box = target.closest("tr")?.querySelector('[name="selected"]');
  if (key === "x" && box && "shortcuts" in document.body.dataset) box.click();
});

// The rows that are still there when the same list is shown anew stay selected.
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (!target.matches("#list, #main")) return;
  kept = form() && { query: form().elements.query.value, values: selected().map((box) => box.value) };
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!kept || !form() || !target.matches("#list, #main")) return;
  if (kept.query === form().elements.query.value) {
    for (const box of boxes()) box.checked = kept.values.includes(box.value);
  }
  if (kept.values.length) show();
  kept = null;
});

// Some rows were changed, and the dialog tells of those that were left.
document.addEventListener("list-changed", async () => {
  if (!document.getElementById("list")) return;
  isRenewed = true;
  await htmx.ajax("GET", location.href, { target: "#list", select: "#list", swap: "outerHTML show:none" });
});
document.getElementById("dialog").addEventListener("close", () => {
  if (isRenewed && !document.activeElement.closest("#list")) goBack(); // the button that opened the dialog is gone
  isRenewed = false;
});

if (form()) show(); // a browser may bring a page back as it was left

function checkRange(from, to) {
  const all = boxes();
  const [first, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(first, end + 1)) box.checked = to.checked;
}

function clear() {
  const isInside = form().contains(document.activeElement);
  for (const box of boxes()) box.checked = false;
  show();
  if (isInside) goBack(); // the button that was pressed is hidden now
}

/** The focus goes to the row that was clicked last, or to the first thing of the list. */
function goBack() {
  (last?.isConnected ? last : (boxes()[0] ?? document.getElementById("main"))).focus();
}

/** Shows, and says, how many are selected. */
function show() {
  const count = selected().length;
  const [page, all] = ["bulk-page", "bulk-all"].map((id) => document.getElementById(id));
  page.checked = count > 0 && count === boxes().length;
  page.indeterminate = count > 0 && !page.checked;
  if (all && !page.checked) all.checked = false;
  const { one, many, none, all: everything } = form().dataset;
  const sentence = all?.checked ? everything : count === 1 ? one : many.replace("[count]", count);
  document.getElementById("bulk-count").textContent = sentence;
  document.getElementById("bulk-said").textContent = count ? sentence : none;
}
