// A record's photos one after the other, large; without this script each opens in a window of its own.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const dialog = document.querySelector("[data-evidence-large]");
  const gallery = document.querySelector("[data-evidence-gallery]");
  if (!dialog || !gallery) return;
  const links = [...gallery.querySelectorAll("a.evidence-look:has(img)")];
  const image = dialog.querySelector("[data-evidence-large-image]");
  const text = dialog.querySelector("[data-evidence-large-text]");
  let shown = 0;

  function show(number) {
    shown = (number + links.length) % links.length;
    const small = links[shown].querySelector("img");
    image.src = links[shown].href;
    image.alt = small.alt;
    text.textContent = `${small.alt}（${shown + 1} / ${links.length}）`;
  }

  gallery.addEventListener("click", (event) => {
    const link = event.target.closest("a.evidence-look");
    if (!links.includes(link) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(links.indexOf(link));
    dialog.showModal();
  });
  for (const button of dialog.querySelectorAll("[data-evidence-step]")) {
    button.hidden = links.length < 2;
    button.addEventListener("click", () => show(shown + Number(button.dataset.evidenceStep)));
  }
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(shown + 1);
    if (event.key === "ArrowLeft") show(shown - 1);
  });
});
