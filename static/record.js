// The next step, which htmx replaces: the focus goes to what is wrong in it, else to where it is changed again.

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "next-step") (target.querySelector(".is-invalid") ?? target.querySelector("summary"))?.focus();
});
