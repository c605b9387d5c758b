// The board: cards are moved with a pointer or with the keyboard. A drop presses the button of the card's own menu (or
// follows its link to the Close dialog), so that nothing moves on the screen before the server says so.

const DRAG = 5; // pixels before a press becomes a drag
const EDGE = 48; // pixels from the side of the board where dragging scrolls it

let carried = null; // { card, place, … }: what is picked up and over which column or end it is
let pressed = null; // { card, x, y }: a pointer is down, and may begin to drag
let dropped = null; // the card of the last drop, until it is settled
let isStale = false; // the server refused something: the board shows what is not so any more

const board = () => document.getElementById("board");
const dialog = document.getElementById("dialog");
const placeOf = (card) => card.closest("[data-drop]");

/** The button or link of a card that does what dropping it on `place` means; none where it may not be dropped. */
function control(card, place) {
  const { drop } = place.dataset;
  return card.querySelector(`.board-menu [name="stage"][value="${drop}"], .board-menu [data-close="${drop}"]`);
}

function say(sentence, place) {
  const topic = carried.card.querySelector(".board-topic a").textContent;
  document.getElementById("board-said").textContent = board()
    .dataset[sentence].replace("[topic]", () => topic)
    .replace("[place]", () => place.dataset.name);
}

function pickUp(card) {
  const home = placeOf(card);
  const places = [...board().querySelectorAll("[data-drop]")].filter((place) => place === home || control(card, place));
  carried = { card, home, places, place: home };
  board().classList.add("board-carrying");
  card.classList.add("board-carried");
  for (const place of places) place.classList.add("board-open");
  say("picked", home);
}

function goOver(place) {
  if (place === carried.place) return;
  carried.place?.classList.remove("board-over");
  carried.place = place;
  if (place && place !== carried.home) place.classList.add("board-over");
  if (place) say("over", place);
}

function putDown() {
  const { card, places, ghost } = carried;
  board()?.classList.remove("board-carrying");
  card.classList.remove("board-carried");
  for (const place of places) place.classList.remove("board-open", "board-over");
  ghost?.remove();
  carried = null;
}

function cancel() {
  pressed = null;
  if (!carried) return;
  say("back", carried.home);
  putDown();
}

function drop() {
  const { card, home, place } = carried;
  const act = place && place !== home && control(card, place);
  if (!act) return cancel();
  putDown();
  dropped = card;
  act.click();
}

// With a pointer: a mouse takes the card anywhere, a finger takes its grip, since elsewhere it scrolls.

document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest(".board-card[tabindex]");
  const isFree = event.target.closest(event.pointerType === "mouse" ? ".board-card" : ".board-grip");
  if (!card || !isFree || event.button !== 0 || event.target.closest(".board-menu")) return;
  cancel();
  pressed = { card, pointerId: event.pointerId, x: event.clientX, y: event.clientY };
});

// The browser would drag the link in the card.
document.addEventListener("dragstart", (event) => (pressed || carried) && event.preventDefault());

document.addEventListener("pointermove", ({ clientX, clientY, pointerId }) => {
  if (pressed?.pointerId === pointerId && Math.hypot(clientX - pressed.x, clientY - pressed.y) > DRAG) startDrag();
  if (carried?.ghost) Object.assign(carried, { x: clientX, y: clientY });
});

document.addEventListener("pointerup", ({ clientX, clientY }) => {
  pressed = null;
  if (!carried?.ghost) return;
  goOver(placeAt(clientX, clientY));
  drop();
});

document.addEventListener("pointercancel", cancel);

function startDrag() {
  const { card, pointerId, x, y } = pressed;
  pressed = null;
  pickUp(card);
  const box = card.getBoundingClientRect();
  const ghost = card.cloneNode(true);
  for (const name of ["id", "tabindex"]) ghost.removeAttribute(name);
  ghost.classList.replace("board-carried", "board-ghost");
  ghost.setAttribute("aria-hidden", "true");
  ghost.inert = true;
  ghost.style.width = `${box.width}px`;
  board().append(ghost);
  board().setPointerCapture(pointerId); // also what makes the link in the card not follow a drop
  Object.assign(carried, { ghost, left: box.left - x, top: box.top - y, x, y });
  carried.sides = board().querySelector(".board-columns").getBoundingClientRect();
  getSelection().removeAllRanges();
  follow();
}

/** Once a frame: the ghost follows the pointer, and the board scrolls where that is at its side. */
function follow() {
  if (!carried?.ghost) return;
  const { ghost, left, top, x, y, sides } = carried;
  ghost.style.transform = `translate(${x + left}px, ${y + top}px)`;
  const speed = x < sides.left + EDGE ? -12 : x > sides.right - EDGE ? 12 : 0;
  if (speed) board().querySelector(".board-columns").scrollBy(speed, 0);
  goOver(placeAt(x, y));
  requestAnimationFrame(follow);
}

function placeAt(x, y) {
  const place = document.elementFromPoint(x, y)?.closest("[data-drop]");
  return carried.places.includes(place) ? place : null;
}

// With the keyboard.

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Escape") return cancel();
  if (!target.matches(".board-card[tabindex]") || carried?.ghost) return;
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  if (!carried && key === " ") pickUp(target);
  else if (carried && step) goTo(carried.places[carried.places.indexOf(carried.place) + step]);
  else if (carried && (key === " " || key === "Enter")) drop();
  else return;
  event.preventDefault();
});

document.addEventListener("focusout", ({ target }) => {
  if (carried && !carried.ghost && target === carried.card) cancel();
});

function goTo(place) {
  if (!place) return;
  goOver(place);
  place.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// What the server answers.

// The card stands where it was, with what it says now: it goes to its column, by its date; one that is gone leaves.
document.addEventListener("board-card", ({ detail }) => {
  dropped = null;
  const card = document.getElementById(detail.id);
  if (card) {
    const list = document.getElementById(`cards-${card.dataset.stage}`);
    if (!list) return location.reload(); // a stage that is new
    list.insertBefore(card, [...list.children].find((other) => other !== card && isAfter(other, card)) ?? null);
  }
  goBackTo(card);
});

function isAfter(other, card) {
  if (!other.dataset.pk) return other.id.startsWith("more-");
  const [date, before] = [other.dataset.date, card.dataset.date];
  return date > before || (date === before && Number(other.dataset.pk) > Number(card.dataset.pk));
}

function goBackTo(card) {
  const place = card?.isConnected ? card : document.querySelector("#messages .notice, #main h1");
  if (place !== card) place.tabIndex = -1;
  place.focus();
  place.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// More cards: one that moved meanwhile is there twice, and the later one counts. The focus stays in the column.
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target.matches?.(".board-more")) target.parentElement.dataset.focused = target.contains(document.activeElement);
});
document.addEventListener("htmx:load", ({ target }) => {
  if (!target.matches?.(".board-card")) return;
  for (const other of document.querySelectorAll(`[id="${target.id}"]`)) if (other !== target) other.remove();
  const list = target.parentElement;
  if (list.dataset.focused === "true") (target.matches("[tabindex]") ? target : target.querySelector("a")).focus();
  delete list.dataset.focused;
});

// A refusal opens the dialog: when that closes, the board is shown as it is now, with the focus on the same card.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { status, responseText } = detail.xhr;
  const isPanel = responseText.includes(" data-panel>");
  if (board() && isPanel && [403, 404, 409].includes(status)) isStale = true;
  if (!isPanel && !detail.successful) dropped = null;
});

dialog.addEventListener("close", async () => {
  const card = dropped ?? document.activeElement.closest(".board-card");
  const isLeft = isStale || dropped?.isConnected; // not confirmed; what the menu opened has the focus again already
  const wasStale = isStale;
  [dropped, isStale] = [null, false];
  if (!board() || !isLeft) return;
  if (wasStale) await refresh();
  goBackTo(card && document.getElementById(card.id));
});

function refresh() {
  const { address } = board().dataset;
  return htmx.ajax("GET", address, { target: "#board", select: "#board", swap: "outerHTML" });
}
