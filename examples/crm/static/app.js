// The pages work without this. With it, ticking a box counts at once, without
// a button and without losing one's place.
"use strict";

document.addEventListener("change", async (event) => {
  const form = event.target.closest("form.live");
  if (!form || event.target.type !== "checkbox") return;
  const value = event.target.value;
  const body = new URLSearchParams(new FormData(form));
  body.set("then", "stay");
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(location.href, { method: "POST", body });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.getElementById("live").replaceWith(page.getElementById("live"));
    document.querySelector("form.live tbody").replaceWith(page.querySelector("form.live tbody"));
    for (const box of document.querySelectorAll("form.live input[type=checkbox]")) {
      if (box.value === value) box.focus();
    }
  } catch {
    form.requestSubmit(form.querySelector("button[value=stay]")); // as without script
  } finally {
    form.removeAttribute("aria-busy");
  }
});
