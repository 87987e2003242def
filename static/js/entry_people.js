// People of an entry: those posted under the agreement on the day; and the list of further days.
"use strict";

(() => {
  const agreement = document.getElementById("id_agreement");
  const day = document.getElementById("id_start_on");
  for (const box of document.querySelectorAll("[data-people]")) {
    const text = box.querySelector("[data-people-text]");
    const all = box.querySelector("[data-people-all]");
    const labels = [...box.querySelectorAll("label[data-posts]")];
    const sift = () => {
      const words = text.value.trim().toLowerCase();
      let away = 0;
      for (const label of labels) {
        const posts = label.dataset.posts.split(" ").filter(Boolean).map((post) => post.split(":"));
        const ours = posts.filter(([one]) => !agreement?.value || one === agreement.value);
        const there = ours.some(([, from, until]) => !day?.value || (from <= day.value && day.value <= until));
        const named = label.dataset.text.includes(words);
        const chosen = label.querySelector("input").checked;
        const known = ours.length > 0 || !posts.length;
        if (known && !there && !chosen) away += 1;
        label.hidden = !chosen && !(named && known && (there || all.checked || words));
        label.classList.toggle("is-away", !there);
      }
      all.closest("label").hidden = !away;
      text.closest(".people-search").hidden = labels.length < 8;
    };
    sift();
    box.addEventListener("input", sift);
    for (const other of [agreement, day]) other?.addEventListener("change", sift);
  }

  const days = document.getElementById("id_days");
  if (days) {
    const helper = document.createElement("div");
    helper.className = "days-helper";
    const picker = Object.assign(document.createElement("input"), { type: "date" });
    picker.setAttribute("aria-label", "要加上的日期");
    const add = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "加上这一天" });
    helper.append(picker, add);
    days.after(helper);
    add.addEventListener("click", () => {
      if (!picker.value) return;
      const known = days.value.split(/[\s、,，;；]+/).filter(Boolean);
      days.value = [...new Set([...known, picker.value])].sort().join("、");
      days.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
})();
