// The month sheet as a grid: keyboard, selection, autosave that survives a lost connection.
// What was typed is kept in this browser until the server has it; the page without scripts has a form a person.
"use strict";

(() => {
  const table = document.querySelector("table[data-mark-url]");
  if (!table) return;
  const MARKS = "PRLBCA";
  const KEYS = { KeyP: "P", KeyR: "R", KeyL: "L", KeyB: "B", KeyC: "C", KeyA: "A", Space: "P", Delete: ".", Backspace: "." };
  for (let n = 1; n <= 6; n++) KEYS[`Digit${n}`] = KEYS[`Numpad${n}`] = MARKS[n - 1];
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const store = `attendance-${table.dataset.user}-${table.dataset.sheet}`;
  const state = document.querySelector("[data-save-state]");
  const list = document.querySelector("[data-save-problems]");
  const total = document.querySelector("[data-total-missing]");

  // lines of cells: two a person
  const lines = [...table.tBodies].flatMap((body) =>
    [...body.rows].map((row) => [...row.cells].filter((cell) => cell.dataset.day)));
  lines.forEach((line, y) => line.forEach((cell, x) => {
    cell.at = [y, x];
    cell.posting = cell.closest("tbody").dataset.posting;
    cell.dataset.saved = cell.dataset.mark;
  }));
  const keyOf = (cell) => `${cell.posting} ${cell.dataset.day} ${cell.dataset.half}`;
  const byKey = new Map(lines.flat().map((cell) => [keyOf(cell), cell]));
  const isOpen = (cell) => cell !== undefined && cell.hasAttribute("data-open");

  // ---- showing
  function paint(cell, mark) {
    cell.classList.remove(...[...MARKS, ".", "-"].map((one) => `mark-${one}`));
    cell.classList.add(`mark-${mark}`);
    cell.classList.toggle("is-missing", mark === "." && isOpen(cell));
    cell.dataset.mark = mark;
    cell.textContent = MARKS.includes(mark) ? mark : "";
  }
  function count() {
    let all = 0;
    for (const body of table.tBodies) {
      const open = body.querySelectorAll("td[data-open][data-mark='.']").length;
      all += open;
      const shown = body.querySelector("[data-missing]");
      if (shown) shown.textContent = open;
    }
    if (total) total.textContent = `到今天还有 ${all} 个半天没有填`;
  }
  function say(kind, text) {
    state.dataset.state = kind;
    state.textContent = text;
  }
  function complain(problems) {
    list.replaceChildren(...problems.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    list.hidden = !problems.length;
  }

  // ---- focus and selection
  let here, anchor, chosen = [];
  function select(cells) {
    for (const cell of chosen) cell.classList.remove("is-chosen");
    chosen = cells;
    if (chosen.length > 1) for (const cell of chosen) cell.classList.add("is-chosen");
  }
  function go(cell, extend) {
    if (here) here.tabIndex = -1;
    here = cell;
    here.tabIndex = 0;
    here.focus({ preventScroll: false });
    if (!extend) anchor = here;
    const [ys, xs] = [0, 1].map((axis) => [anchor.at[axis], here.at[axis]].sort((a, b) => a - b));
    const found = [];
    for (let y = ys[0]; y <= ys[1]; y++) {
      for (let x = xs[0]; x <= xs[1]; x++) if (isOpen(lines[y][x])) found.push(lines[y][x]);
    }
    select(found);
  }
  // the next open cell in a direction; days outside the stay and days to come are passed over
  function neighbour(cell, [dy, dx], passes = () => true) {
    let [y, x] = [cell.at[0] + dy, cell.at[1] + dx];
    while (lines[y]?.[x]) {
      if (isOpen(lines[y][x]) && passes(lines[y][x])) return lines[y][x];
      [y, x] = [y + dy, x + dx];
    }
    return undefined;
  }
  const otherHalf = (cell) => lines[cell.at[0] ^ 1][cell.at[1]];

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td[data-open]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.code];
    const mark = KEYS[event.code];
    if (step) {
      const next = neighbour(cell, step);
      if (next) go(next, event.shiftKey);
    } else if (event.code === "Home" || event.code === "End") {
      const open = lines[cell.at[0]].filter(isOpen);
      go(event.code === "Home" ? open[0] : open.at(-1), event.shiftKey);
    } else if (event.code === "Escape") {
      go(cell);
    } else if (mark !== undefined) {
      set(event.shiftKey && chosen.length < 2 ? [cell, otherHalf(cell)] : chosen, mark);
      // one cell after the other without touching the arrows; rest days are not asked for
      const next = chosen.length < 2 && neighbour(cell, [0, 1], (one) => !one.classList.contains("is-rest"));
      if (next) go(next);
    } else return;
    event.preventDefault();
  });
  let drags = false;
  table.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("td[data-open]");
    if (!cell || event.button) return;
    event.preventDefault();
    drags = true;
    go(cell, event.shiftKey && anchor);
  });
  table.addEventListener("mouseover", (event) => {
    const cell = drags && event.target.closest("td[data-open]");
    if (cell) go(cell, true);
  });
  document.addEventListener("mouseup", () => { drags = false; });
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td[data-open]");
    if (cell && cell !== here) go(cell);
  });
  document.querySelector("[data-legend]").addEventListener("click", (event) => {
    const button = event.target.closest("[data-set]");
    if (!button || !here) return;
    set(chosen, button.dataset.set);
    here.focus();
  });

  // ---- saving: a queue of half-days, the newest mark of each
  let queue = new Map(), sending = null, timer, wait = 0;
  function keep() {
    try {
      if (queue.size) localStorage.setItem(store, JSON.stringify([...queue]));
      else localStorage.removeItem(store);
    } catch { /* a full or forbidden store: the page itself still holds the queue */ }
  }
  function set(cells, mark) {
    for (const cell of cells.filter(isOpen)) {
      if (cell.dataset.mark === mark && !queue.has(keyOf(cell))) continue;
      cell.classList.remove("is-refused");
      cell.classList.add("is-unsaved");
      paint(cell, mark);
      queue.set(keyOf(cell), [mark, cell.dataset.saved]);
    }
    keep();
    count();
    if (queue.size) later(400);
  }
  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
    if (!wait) say("busy", "正在保存…");
  }
  function send() {
    if (!sending) sending = post().finally(() => { sending = null; if (queue.size && !wait) later(0); });
    return sending;
  }
  async function post() {
    clearTimeout(timer);
    if (!queue.size) return true;
    const batch = new Map([...queue].slice(0, 1500));
    const body = new FormData();
    body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("cells", JSON.stringify([...batch].map(([key, [mark, seen]]) => {
      const [posting, day, half] = key.split(" ");
      return [Number(posting), day, half, mark, seen];
    })));
    say("busy", "正在保存…");
    let response;
    try {
      response = await fetch(table.dataset.markUrl, { method: "POST", body, credentials: "same-origin" });
    } catch {
      return failed("没有连上服务器");
    }
    const isAnswer = response.headers.get("Content-Type")?.startsWith("application/json");
    if (response.redirected || response.status === 403) return failed("登录已失效，请在另一个窗口重新登录", true);
    if (!isAnswer) return failed(`服务器没有接受（${response.status}）`);
    const answer = await response.json();
    wait = 0;
    took(batch, answer);
    return !answer.problems.length;
  }
  function failed(why, stays) {
    wait = Math.min(wait ? wait * 2 : 2000, 30000);
    say("kept", `没有保存：${why}。改动已留在本机${stays ? "" : "，正在重试"}…`);
    clearTimeout(timer);
    timer = setTimeout(send, stays ? 15000 : wait);
    return false;
  }
  function took(batch, answer) {
    const refused = new Set(answer.refused.map((one) => one.join(" ")));
    // nothing of a refused save was kept: what was not itself refused goes out again
    for (const [key, [mark]] of batch) {
      const isNewer = queue.get(key)?.[0] !== mark;
      if (refused.has(key) || (!answer.problems.length && !isNewer)) queue.delete(key);
    }
    if (answer.problems.length && !refused.size) queue.clear();
    for (const [key, cell] of byKey) {
      const marks = answer.rows[cell.posting];
      if (marks === undefined) continue;
      const index = (Number(cell.dataset.day.slice(8)) - 1) * 2 + (cell.dataset.half === "pm" ? 1 : 0);
      cell.dataset.saved = marks[index];
      const waiting = queue.get(key);
      if (waiting) waiting[1] = marks[index];
      else if (cell.dataset.mark !== marks[index]) paint(cell, marks[index]);
      cell.classList.toggle("is-unsaved", Boolean(waiting));
      cell.classList.toggle("is-refused", refused.has(key));
    }
    for (const cell of byKey.values()) cell.classList.remove("is-improper");
    for (const [posting, halves] of Object.entries(answer.improper)) {
      for (const [day, half] of halves) byKey.get(`${posting} ${day} ${half}`)?.classList.add("is-improper");
    }
    keep();
    count();
    if (answer.problems.length) complain(answer.problems);
    else if (!list.querySelector("li") || !queue.size) complain([]);
    const time = new Date().toLocaleTimeString("zh-CN", { hour12: false });
    const warn = Object.keys(answer.improper).some((posting) => answer.improper[posting].length);
    if (answer.problems.length) say("bad", "有内容没有保存，原因见下");
    else if (!queue.size) say("ok", `已保存 ${time}${warn ? "；划线的请假没有事先批准，按脱岗计" : ""}`);
  }

  // buttons of the page act on what is saved: first everything goes out
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-flush]") || !queue.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    clearTimeout(timer);
    Promise.resolve(sending).then(send).then(() => { if (!queue.size) form.requestSubmit(event.submitter); });
  }, true);
  window.addEventListener("online", () => { wait = 0; if (queue.size) send(); });
  window.addEventListener("beforeunload", (event) => { if (queue.size) event.preventDefault(); });

  // what an earlier visit could not save; against the sheet as it is now, so that nothing is overwritten
  try {
    for (const [key, [mark, seen]] of JSON.parse(localStorage.getItem(store) ?? "[]")) {
      const cell = byKey.get(key);
      if (!isOpen(cell) || cell.dataset.saved === mark) continue;
      paint(cell, mark);
      cell.classList.add("is-unsaved");
      queue.set(key, [mark, seen]);
    }
  } catch { localStorage.removeItem(store); }
  keep();
  count();
  if (queue.size) later(0);
  const first = lines.flat().find((cell) => isOpen(cell) && cell.dataset.mark === ".") ?? lines.flat().find(isOpen);
  if (first) { here = anchor = first; first.tabIndex = 0; select([first]); }
})();
