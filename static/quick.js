// Quick search: arrow keys go through what was found, Enter follows it, Escape closes. htmx fetches it as one types;
// without JavaScript, Enter leads to a page of results.

const box = document.getElementById("quick-text");
const hits = document.getElementById("quick-hits");
const news = document.getElementById("quick-status");

const options = () => [...hits.querySelectorAll('[role="option"]')];
const active = () => document.getElementById(box.getAttribute("aria-activedescendant"));

function show(isShown) {
  hits.hidden = !isShown;
  box.setAttribute("aria-expanded", isShown);
  if (!isShown) choose(null);
}

function choose(option) {
  active()?.setAttribute("aria-selected", "false");
  if (!option) return box.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}

/** Goes `step` options on; from the last to the box, and from there to the first. */
function move(step) {
  const places = [null, ...options()];
  const here = places.indexOf(active());
  choose(places[(here + step + places.length) % places.length]);
}

function press(event) {
  const { key } = event;
  if (event.isComposing) return;
  if (["ArrowDown", "ArrowUp"].includes(key) && hits.childElementCount) {
    if (hits.hidden) show(true);
    move(key === "ArrowDown" ? 1 : -1);
  } else if (key === "Enter" && active()) {
    active().click();
  } else if (key === "Escape") {
    if (hits.hidden) box.value = "";
    show(false);
  } else return;
  event.preventDefault();
}

/** Shows what was found, unless the box was left or emptied meanwhile. */
function arrive() {
  const isWanted = document.activeElement === box && box.value.trim() !== "";
  show(isWanted && hits.childElementCount > 0);
  const count = options().length - 1; // without "Show more"
  const found = count > 0 ? `${count} ${hits.dataset.found}` : "";
  news.textContent = isWanted ? (hits.querySelector("[data-status]")?.dataset.status ?? found) : "";
}

if (box) {
  box.addEventListener("keydown", press);
  hits.addEventListener("htmx:afterSettle", arrive);
  hits.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
  box.addEventListener("blur", () => show(false));
  box.addEventListener("focus", () => show(box.value.trim() !== "" && hits.childElementCount > 0));
}
