// Shortcuts: a key, or "g" and then a key, follows the link of the page that carries it in data-shortcut, or goes to the
// field that does. What a user may not do has no link. Preferences switch them off.

const WAIT = 1500; // milliseconds for the key after "g"
let begun = ""; // "g " while the next key belongs to it
let timer;

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!("shortcuts" in document.body.dataset) || event.defaultPrevented || event.isComposing || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey || key.length !== 1) return;
  if (target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const shortcut = begun + key;
  begun = "";
  clearTimeout(timer);
  const place = [...document.querySelectorAll("[data-shortcut]")].find(
    (element) => element.dataset.shortcut === shortcut && isThere(element),
  );
  if (place) {
    event.preventDefault(); // the key is not typed into the field that it leads to
    if (place.matches("input")) place.select();
    else place.click();
  } else if (key === "g") {
    begun = "g ";
    timer = setTimeout(() => (begun = ""), WAIT);
  }
});

/** Whether it can be reached: it is shown, or in a menu that can be opened. */
function isThere(element) {
  return element.closest("details") !== null || element.getClientRects().length > 0;
}
