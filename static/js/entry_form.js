// A form that is never lost: saved to the server while one types, kept in this browser while there is no network.
// The local copy lives only until the server has the same; without this script the form works as any other.
"use strict";

(() => {
  const PAUSE = 2000, LONGEST = 8000, AGAIN = 10000;
  const storeName = (user, key) => `entry-${user}-${key}`;
  const read = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const forget = (name) => {
    try {
      localStorage.removeItem(name);
    } catch { /* a store that is forbidden holds nothing */ }
  };
  // copies of one person, newest first: [{key, kind, at, fields, page}]
  function copies(user) {
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n++) {
        const name = localStorage.key(n);
        if (!name.startsWith(`entry-${user}-`)) continue;
        const copy = read(name);
        if (copy?.fields) found.push({ ...copy, key: name.slice(`entry-${user}-`.length) });
      }
    } catch { /* nothing kept */ }
    return found.sort((a, b) => b.at.localeCompare(a.at));
  }
  const clock = (at) => new Date(at).toLocaleTimeString("zh-CN", { hour12: false, hour: "2-digit", minute: "2-digit" });

  // discarding a draft discards this browser's copy, too
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-entry-forget]");
    if (!form || (form.dataset.confirm && !form.dataset.confirmed)) return;
    const user = document.querySelector("[data-entry-user]")?.dataset.entryUser
      ?? document.querySelector("[data-entry-drafts]")?.dataset.entryDrafts;
    forget(storeName(user, form.dataset.entryForget));
  });

  // ---- the page on which a type is chosen: what only this browser has
  const list = document.querySelector("[data-entry-drafts]");
  if (list) {
    const known = new Set([...list.querySelectorAll("[data-entry-key]")].map((item) => item.dataset.entryKey));
    for (const copy of copies(list.dataset.entryDrafts)) {
      if (known.has(copy.key)) continue;
      const item = Object.assign(document.createElement("li"), { className: "entry-draft" });
      const words = document.createElement("div");
      words.append(Object.assign(document.createElement("strong"), { textContent: copy.title }));
      words.append(Object.assign(document.createElement("p"), { className: "row-sub", textContent: `存在本机，还没有上传　${copy.at.slice(0, 10)} ${clock(copy.at)}` }));
      const actions = Object.assign(document.createElement("div"), { className: "actions" });
      const go = Object.assign(document.createElement("a"), { className: "button button-small", textContent: "继续填写", href: copy.page });
      const drop = Object.assign(document.createElement("button"), { type: "button", className: "button button-small", textContent: "丢弃" });
      drop.addEventListener("click", () => {
        forget(storeName(list.dataset.entryDrafts, copy.key));
        item.remove();
        list.hidden = !list.querySelector("li");
      });
      actions.append(go, drop);
      item.append(words, actions);
      list.querySelector("ul").append(item);
      list.hidden = false;
    }
  }

  // ---- the form itself
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const status = form.querySelector("[data-entry-status]");
  const store = storeName(form.dataset.entryUser, form.dataset.entryKey);
  const SKIPPED = new Set(["csrfmiddlewaretoken", "client_key", "template_name", "advice", "acknowledged"]);
  let timer, since = 0, sending = null, unsaved = false, leaving = false, passes = false;

  function say(state, text) {
    if (status.textContent === text) return;
    status.dataset.state = state;
    status.textContent = text;
  }
  const fields = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SKIPPED.has(name));
  // the address leads back to this very form: after a reload, and from the list of what is unfinished
  const page = () => {
    const address = new URL(window.location.href);
    address.searchParams.set("draft", form.dataset.entryKey);
    for (const start of ["again", "template"]) {
      if (!address.searchParams.has(start)) continue;
      address.searchParams.delete(start);
      address.searchParams.set("type", form.dataset.entryKind);
    }
    return address.pathname + address.search;
  };
  function keep() {
    try {
      localStorage.setItem(store, JSON.stringify({
        at: new Date().toISOString(), kind: form.dataset.entryKind, title: document.querySelector("h1").textContent.trim(),
        page: page(), fields: fields(),
      }));
      return true;
    } catch {
      return false; // a full or forbidden store: the page itself still holds everything
    }
  }
  function changed(event) {
    if (leaving || SKIPPED.has(event.target.name) || event.target.type === "file" || event.target.closest("[data-people-text]")) return;
    if (!event.target.name) return;
    if (form.hasAttribute("data-entry-new")) history.replaceState(null, "", page());
    unsaved = true;
    keep();
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(send, Date.now() - since > LONGEST ? 0 : PAUSE);
  }
  function send() {
    clearTimeout(timer);
    sending ??= post().finally(() => { sending = null; });
    return sending;
  }
  // true: the server has it, or said why it will not keep it; false: it could not be asked
  async function post() {
    since = 0;
    unsaved = false;
    const body = new FormData();
    for (const [name, value] of fields()) body.append(name, value);
    for (const name of ["csrfmiddlewaretoken", "client_key"]) body.append(name, form.elements[name].value);
    let answer;
    try {
      answer = await fetch(form.dataset.entry, { method: "POST", body, credentials: "same-origin" });
    } catch {
      return failed("网络已断开", "恢复后自动保存");
    }
    if (answer.redirected || answer.status === 403) return failed("登录已失效", "请重新登录后再打开本页，内容不会丢失");
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) return failed("服务器暂时没有响应", "稍后自动保存");
    const told = await answer.json();
    if (told.problems) {
      forget(store);
      say("bad", told.problems.join(""));
      return true;
    }
    if (!unsaved) {
      forget(store);
      say("ok", told.saved ? `已自动保存 ${told.saved}` : "");
    }
    return true;
  }
  function failed(why, then) {
    unsaved = true;
    say("kept", keep() ? `${why}，已存在本机，${then}` : `${why}，请不要关闭本页，${then}`);
    clearTimeout(timer);
    timer = setTimeout(send, AGAIN);
    return false;
  }

  // ---- handing in: first everything is with the server; without a network nothing leaves the page
  document.addEventListener("submit", async (event) => {
    if (event.target !== form) return;
    if (passes) {
      passes = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    if (sending) await sending;
    unsaved = true;
    if (!(await send())) {
      say("kept", status.textContent.replace(/，(恢复后|稍后)自动保存$/, "，还没有提交；恢复后请再按一次，不会重复登记"));
      return;
    }
    leaving = true;
    clearTimeout(timer);
    forget(store);
    passes = true;
    form.requestSubmit(submitter ?? undefined);
    // another script may hold the form up (files still on their way): then typing goes on being saved
    setTimeout(() => { leaving = false; }, 1000);
  }, true);

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.addEventListener("online", () => { if (unsaved) send(); });
  window.addEventListener("offline", () => { if (unsaved) failed("网络已断开", "恢复后自动保存"); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = passes = false; });

  // ---- what this browser kept and the server has not got
  function put(copy) {
    const given = new Map();
    for (const [name, value] of copy.fields) given.set(name, [...(given.get(name) ?? []), value]);
    for (const name of given.keys()) {
      const row = /^(\w+)-(\d+)-/.exec(name);
      if (!row) continue;
      const add = form.querySelector(`[data-add-row="${row[1]}-rows"]`);
      const total = form.elements[`${row[1]}-TOTAL_FORMS`];
      while (add && total && Number(total.value) <= Number(row[2]) && Number(total.value) < 60) add.click();
    }
    for (const element of form.elements) {
      if (!element.name || SKIPPED.has(element.name) || element.type === "file" || /_FORMS$/.test(element.name)) continue;
      const values = given.get(element.name) ?? [];
      if (element.type === "checkbox" || element.type === "radio") element.checked = values.includes(element.value);
      else if (element.tagName === "SELECT" ? [...element.options].some((one) => one.value === values[0]) : element.type !== "submit" && element.type !== "button") element.value = values[0] ?? "";
    }
    for (const box of form.querySelectorAll("details.more-fields")) {
      box.open ||= [...box.querySelectorAll("input, select, textarea")].some((one) => one.value && one.type !== "checkbox");
    }
    form.querySelector("[data-people]")?.dispatchEvent(new Event("input"));
  }
  const copy = read(store);
  const { entrySaved } = form.dataset;
  if (entrySaved) say("ok", `已自动保存 ${entrySaved.slice(11, 16)}`);
  if (copy?.fields) {
    if (copy.at > (entrySaved ? new Date(entrySaved).toISOString() : "")) {
      put(copy);
      say("kept", `已恢复本机保存的内容（${clock(copy.at)}）`);
      unsaved = true;
      timer = setTimeout(send, PAUSE);
    } else forget(store);
  }
})();
