// Small conveniences; every page works without them.
"use strict";

document.documentElement.classList.add("js");

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-closes][open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-closes]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details[data-closes][open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

// <form data-confirm="…"> asks first; a form already on its way is not sent twice
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !form.dataset.confirmed) {
    event.preventDefault();
    const dialog = document.getElementById("confirm-dialog");
    document.getElementById("confirm-text").textContent = question;
    const danger = form.hasAttribute("data-danger");
    const yes = dialog.querySelector("[data-confirm-yes]");
    yes.classList.toggle("button-danger", danger);
    yes.classList.toggle("button-primary", !danger);
    dialog.returnValue = "no";
    dialog.onclose = () => {
      if (dialog.returnValue !== "yes") return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter ?? undefined);
    };
    dialog.showModal();
    return;
  }
  if (form.method === "post") {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) button.classList.add("is-sent");
  }
});
// what this browser keeps of unfinished entries is nobody's after signing out
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("entry-")) localStorage.removeItem(name);
    }
  } catch { /* a store that is forbidden holds nothing */ }
});
// coming back with the browser's back button: the form may be sent again
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    delete form.dataset.confirmed;
    for (const button of form.querySelectorAll(".is-sent")) button.classList.remove("is-sent");
  }
});

// "增加一行": the template of the formset with the next number
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (!button) return;
  const rows = document.getElementById(button.dataset.addRow);
  const total = document.querySelector(`[name="${rows.dataset.prefix}-TOTAL_FORMS"]`);
  const template = document.getElementById(`${rows.id}-template`);
  rows.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__prefix__", total.value));
  total.value = Number(total.value) + 1;
  rows.lastElementChild.querySelector("input, select")?.focus();
});

// long lists of people: type to find, and only those of the chosen agreement
function sift(box) {
  const words = (box.querySelector("[data-sift-text]")?.value ?? "").trim().toLowerCase();
  const chooser = document.getElementById(box.dataset.siftBy);
  const group = chooser?.value ?? "";
  for (const label of box.querySelectorAll("label[data-text]")) {
    const groups = label.dataset.groups ? label.dataset.groups.split(" ") : [];
    const fits = (!group || !groups.length || groups.includes(group)) && label.dataset.text.includes(words);
    label.hidden = !fits && !label.querySelector("input").checked;
  }
}
function prepare(root) {
  for (const box of root.querySelectorAll("[data-sift]")) {
    if (box.querySelectorAll("label[data-text]").length < 8) box.querySelector(".people-search").hidden = true;
    sift(box);
    box.addEventListener("input", () => sift(box));
    document.getElementById(box.dataset.siftBy)?.addEventListener("change", () => sift(box));
  }
  root.querySelector("[data-focus]")?.focus();
  if (window.matchMedia("(max-width: 799.98px)").matches) {
    for (const box of root.querySelectorAll("details[data-fold-narrow]")) box.open = false;
  }
}
// a session that ended sends polling to the sign-in page: show that page, not a piece of it
document.addEventListener("htmx:beforeSwap", (event) => {
  const asked = new URL(event.detail.requestConfig.path, window.location.href);
  const answered = new URL(event.detail.xhr.responseURL || asked, window.location.href);
  if (asked.pathname === answered.pathname) return;
  event.detail.shouldSwap = false;
  window.location.reload();
});

// filters that say nothing stay out of the address
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches(".filter")) return;
  for (const [name, value] of [...event.detail.formData]) {
    if (value === "") event.detail.formData.delete(name);
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) {
    for (const box of document.querySelectorAll(`input[name="${event.target.dataset.checkAll}"]`)) {
      box.checked = event.target.checked;
    }
  }
});
document.addEventListener("DOMContentLoaded", () => {
  prepare(document);
  const here = document.querySelector(".places [aria-current]");
  const strip = here?.closest("ul");
  if (strip) strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2 + here.clientWidth / 2;
});

// “/” goes to the search box, wherever nothing is being typed
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const box = document.querySelector("[data-find]");
  if (!box?.offsetParent) return;
  event.preventDefault();
  box.focus();
  box.select();
});
