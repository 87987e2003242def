// A filter's list that would leave the window on the right opens to the left instead.
"use strict";

document.addEventListener("toggle", (event) => {
  const filter = event.target;
  if (!filter.matches?.(".list-filter") || !filter.open) return;
  filter.classList.remove("to-left");
  const list = filter.querySelector("ul");
  if (list.getBoundingClientRect().right > document.documentElement.clientWidth - 8) filter.classList.add("to-left");
}, true);
