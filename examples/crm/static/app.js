// The pages work without this. With it, ticking a box, or choosing a plan, counts at
// once, without a button and without losing one's place.
"use strict";

// Ticks are sent one after another, so that the last one holds, and only the
// answer to the last one is shown.
let sent = Promise.resolve();
let last = 0;

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.live");
  if (!form || !["tick", "move"].includes(event.target.name)) return;
  // Whatever this seat was, it has been touched: an answer may still be on its way.
  for (const was of form.querySelectorAll("input[name=was]")) {
    if (was.dataset.seat === event.target.dataset.seat) was.remove();
  }
  const turn = ++last;
  const body = new URLSearchParams(new FormData(form));
  body.set("then", "stay");
  form.setAttribute("aria-busy", "true");
  sent = sent.then(() => count(form, body, event.target, turn));
});

async function count(form, body, touched, turn) {
  try {
    const response = await fetch(location.href, { method: "POST", body });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (turn !== last) return;
    for (const part of ["#live", ".notices", "form.live caption", "form.live tbody"]) {
      document.querySelector(part)?.replaceWith(page.querySelector(part) ?? "");
    }
    for (const field of form.querySelectorAll("[data-seat]")) {
      if (field.name === touched.name && field.dataset.seat === touched.dataset.seat) field.focus();
    }
    form.removeAttribute("aria-busy");
  } catch {
    form.requestSubmit(form.querySelector("button[value=stay]")); // as without script
  }
}
