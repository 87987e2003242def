// A filter's list that would leave the window on the right opens to the left instead.
"use strict";

document.addEventListener("toggle", (event) => {
  const filter = event.target;
  if (!filter.matches?.(".list-filter") || !filter.open) return;
  filter.classList.remove("to-left");
  const list = filter.querySelector("ul");
  if (list.getBoundingClientRect().right > document.documentElement.clientWidth - 8) filter.classList.add("to-left");
}, true);

// The boxes in which one searches for a row take the name of their label: the script that draws them gives none.
function nameBoxes() {
  for (const box of document.querySelectorAll("select.admin-autocomplete + .select2 .select2-selection")) {
    const select = box.closest(".select2").previousElementSibling;
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const name = (label?.textContent ?? select.getAttribute("aria-label") ?? select.closest("td")?.className ?? "").replace(/[：:]\s*$/, "").trim();
    const shown = box.querySelector(".select2-selection__rendered");
    if (!name || !shown) continue;
    box.removeAttribute("aria-labelledby");
    box.setAttribute("aria-label", name);
    shown.setAttribute("aria-label", name);
  }
}
window.addEventListener("load", nameBoxes);
document.addEventListener("formset:added", () => setTimeout(nameBoxes));
