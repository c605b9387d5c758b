// The user's menu closes on Escape and when the focus or a click goes elsewhere.

const menu = document.querySelector("details.menu");

menu?.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const event of ["click", "focusin"]) {
  document.addEventListener(event, ({ target }) => {
    if (menu && !menu.contains(target)) menu.open = false;
  });
}
