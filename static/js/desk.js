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
  for (const drawn of document.querySelectorAll("select.admin-autocomplete + .select2")) {
    const select = drawn.previousElementSibling;
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const name = (label?.textContent ?? select.getAttribute("aria-label") ?? "").trim().replace(/[：:]$/, "");
    if (!name) continue;
    for (const part of drawn.querySelectorAll(".select2-selection, .select2-selection__rendered, .select2-search__field")) {
      if (part.getAttribute("aria-label") === name) continue;
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", name);
    }
  }
  for (const field of document.querySelectorAll(".select2-dropdown .select2-search__field:not([aria-label])")) field.setAttribute("aria-label", "查找");
}
// fields in a table of rows below a record take the name of their column
function nameCells() {
  for (const cell of document.querySelectorAll(".tabular td[class*=field-]")) {
    const column = [...cell.classList].find((one) => one.startsWith("field-")).slice(6);
    const name = cell.closest("table").querySelector(`th.column-${CSS.escape(column)}`)?.textContent.trim();
    if (!name) continue;
    for (const field of cell.querySelectorAll("input:not([type=hidden]), select:not(.admin-autocomplete), textarea")) {
      if (!field.hasAttribute("aria-label") && !field.labels?.length) field.setAttribute("aria-label", name);
    }
    const drawn = cell.querySelector("select.admin-autocomplete");
    if (drawn && !drawn.hasAttribute("aria-label")) drawn.setAttribute("aria-label", name);
  }
}
function nameAll() {
  nameCells();
  nameBoxes();
}
document.addEventListener("DOMContentLoaded", nameAll);
new MutationObserver(nameAll).observe(document.documentElement, { childList: true, subtree: true });
