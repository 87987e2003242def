// Evidence files of a form: many at once, one request each, kept in the browser until the server has them.
// Without this script the plain file input goes with the form.
"use strict";

(() => {
  const LONGEST_SIDE = 2400;
  const SMALL_ENOUGH = 1.5 * 1024 * 1024;
  const LIMIT = 20 * 1024 * 1024;
  const AT_ONCE = 2;
  const FORGET_AFTER = 7 * 24 * 3600 * 1000;
  const PATIENCE = 120000;
  const HEIC =
    "这是苹果手机的 HEIC 照片，这个浏览器不能转换。请在手机“设置 › 相机 › 格式”中选“兼容性最佳”后重拍，或把照片转成 JPG 后再传。";

  // ---- what has not arrived yet survives a reload: IndexedDB, or memory where there is none
  const shelf = {
    opened: null,
    open() {
      this.opened ??= new Promise((resolve) => {
        let request;
        try {
          request = indexedDB.open("evidence", 1);
        } catch {
          resolve(null);
          return;
        }
        request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "upload_key" });
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(null);
        request.onblocked = () => resolve(null);
      });
      return this.opened;
    },
    async run(mode, action) {
      const database = await this.open();
      if (!database) return null;
      return new Promise((resolve) => {
        const request = action(database.transaction("files", mode).objectStore("files"));
        request.onsuccess = () => resolve(request.result ?? true);
        request.onerror = () => resolve(null);
      });
    },
    put(entry) {
      const { upload_key, entry_key, kind, person, name, blob, at } = entry;
      return this.run("readwrite", (store) =>
        store.put({ upload_key, entry_key, kind, person, name, blob, at }),
      );
    },
    drop(key) {
      return this.run("readwrite", (store) => store.delete(key));
    },
    async all() {
      const rows = await this.run("readonly", (store) => store.getAll());
      return Array.isArray(rows) ? rows : [];
    },
  };

  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http in a closed network has no randomUUID
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  const looksLikeHeic = (file) => /^image\/hei[cf]/.test(file.type) || /\.hei[cf]$/i.test(file.name);
  const isPaper = (file) => file.type === "application/pdf" || /\.pdf$/i.test(file.name);

  // Large photos are made smaller before they travel, upright; what cannot be drawn goes as it is.
  async function prepared(file) {
    if (isPaper(file)) return file;
    const plain = file.type === "image/jpeg" || file.type === "image/png";
    let picture;
    try {
      picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      if (looksLikeHeic(file)) throw new Error(HEIC);
      return file;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    if (plain && scale === 1 && file.size <= SMALL_ENOUGH) {
      picture.close();
      return file;
    }
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.88));
    return blob && (!plain || blob.size < file.size) ? blob : file;
  }

  function make(tag, className, text = "") {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  class Box {
    constructor(root) {
      this.root = root;
      this.form = root.closest("form");
      this.items = root.querySelector("[data-evidence-items]");
      this.queue = root.querySelector("[data-evidence-queue]");
      this.status = root.querySelector("[data-evidence-status]");
      this.left = root.querySelector("[data-evidence-left]");
      this.entries = new Map();
      this.pause = 4000;
      for (const input of root.querySelectorAll("input[type=file]")) {
        input.addEventListener("change", () => {
          const files = [...input.files];
          input.value = ""; // they travel one by one, not with the form
          this.add(files);
        });
      }
      root.addEventListener("click", (event) => this.clicked(event));
      root.addEventListener("change", (event) => this.described(event));
      document.addEventListener("submit", (event) => this.submitted(event), true);
      window.addEventListener("online", () => this.again());
      window.addEventListener("offline", () => this.tell());
      window.addEventListener("beforeunload", (event) => {
        if ([...this.entries.values()].some((entry) => entry.unkept && this.isUnsent(entry))) event.preventDefault();
      });
      document.addEventListener("entry-key", (event) => this.changeKey(event.detail.key));
      this.resume();
    }

    get entryKey() {
      return this.form?.querySelector("[name=client_key]")?.value || this.root.dataset.entryKey;
    }

    get token() {
      return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    }

    isUnsent(entry) {
      return ["preparing", "queued", "sending", "waiting", "expired"].includes(entry.state);
    }

    count(...states) {
      return [...this.entries.values()].filter((entry) => states.includes(entry.state)).length;
    }

    // ---- coming back: files of this form go on by themselves, those of another one are offered
    async resume() {
      const now = Date.now();
      const others = [];
      for (const row of await shelf.all()) {
        if (now - row.at > FORGET_AFTER) {
          shelf.drop(row.upload_key);
        } else if (row.person === this.root.dataset.person && row.kind === this.root.dataset.kind) {
          if (row.entry_key === this.entryKey) this.enqueue(row);
          else others.push(row);
        }
      }
      this.offer(others);
    }

    offer(rows) {
      this.left.replaceChildren();
      this.left.hidden = !rows.length;
      if (!rows.length) return;
      const since = new Date(Math.min(...rows.map((row) => row.at)));
      const clock = `${String(since.getHours()).padStart(2, "0")}:${String(since.getMinutes()).padStart(2, "0")}`;
      const day = `${since.getFullYear()}-${String(since.getMonth() + 1).padStart(2, "0")}-${String(since.getDate()).padStart(2, "0")}`;
      this.left.append(
        make("p", "", `${day} ${clock} 选的 ${rows.length} 个文件没有传完：${rows.map((row) => row.name).join("、")}`),
      );
      const actions = make("div", "actions");
      const take = make("button", "button button-small", "加到这条记录");
      const leave = make("button", "button button-small", "不要了");
      take.type = leave.type = "button";
      take.addEventListener("click", () => {
        this.offer([]);
        for (const row of rows) {
          const entry = this.enqueue({ ...row, entry_key: this.entryKey });
          shelf.put(entry);
        }
      });
      leave.addEventListener("click", () => {
        this.offer([]);
        for (const row of rows) shelf.drop(row.upload_key);
      });
      actions.append(take, leave);
      this.left.append(actions);
    }

    // a draft that came back brings its own key: show what was sent under it, send what is left
    async changeKey(key) {
      this.root.dataset.entryKey = key;
      for (const entry of this.entries.values()) entry.entry_key = key;
      try {
        const answer = await fetch(`${this.root.dataset.evidence}?entry_key=${key}&record=${this.root.dataset.record}`);
        if (answer.ok && !answer.redirected) this.items.innerHTML = (await answer.text()).trim();
      } catch {
        // offline: what was sent is shown when the page is opened again
      }
      this.resume();
    }

    // ---- new files
    async add(files) {
      const room = Number(this.root.dataset.most) - this.items.children.length - this.entries.size;
      if (files.length > room) {
        this.say(`最多 ${this.root.dataset.most} 个文件，还可以加 ${Math.max(0, room)} 个，多出的没有加入。`);
      }
      for (const file of files.slice(0, Math.max(0, room))) {
        const entry = this.enqueue({
          upload_key: newKey(),
          entry_key: this.entryKey,
          kind: this.root.dataset.kind,
          person: this.root.dataset.person,
          name: file.name,
          blob: null,
          at: Date.now(),
        });
        try {
          entry.blob = await prepared(file);
          if (entry.blob.size > LIMIT) throw new Error("文件超过 20 MB，请压缩后再传。");
        } catch (error) {
          this.refuse(entry, [error.message]);
          continue;
        }
        if (!this.entries.has(entry.upload_key)) continue; // taken back meanwhile
        entry.unkept = (await shelf.put(entry)) === null;
        this.set(entry, "queued");
        this.pump();
      }
    }

    enqueue(row) {
      const known = this.entries.get(row.upload_key);
      if (known) return known;
      const entry = { ...row, state: row.blob ? "queued" : "preparing", tries: 0 };
      entry.element = make("li", "evidence-going");
      const top = make("div", "evidence-going-top");
      entry.told = make("span", "evidence-going-state");
      top.append(make("span", "evidence-going-name", row.name), entry.told);
      entry.bar = document.createElement("progress");
      entry.bar.max = 100;
      entry.bar.value = 0;
      entry.bar.setAttribute("aria-label", `${row.name} 上传进度`);
      entry.actions = make("div", "actions");
      entry.element.append(top, entry.bar, entry.actions);
      this.queue.append(entry.element);
      this.entries.set(row.upload_key, entry);
      this.set(entry, entry.state);
      this.pump();
      return entry;
    }

    set(entry, state, words = "") {
      entry.state = state;
      const usual = { preparing: "准备中", queued: "等待上传", sending: "正在上传", waiting: "网络断开，恢复后自动继续" };
      entry.told.textContent = words || usual[state] || "";
      entry.element.classList.toggle("evidence-refused", state === "refused");
      entry.element.classList.toggle("evidence-waiting", state === "waiting" || state === "expired");
      entry.bar.hidden = state === "refused";
      entry.actions.replaceChildren();
      if (state === "waiting" || state === "expired") this.button(entry, "重试", () => this.again());
      if (state !== "sending") {
        this.button(entry, state === "refused" ? "知道了" : "取消", () => this.forget(entry));
      }
      this.tell();
    }

    button(entry, text, act) {
      const button = make("button", "button button-small", text);
      button.type = "button";
      button.setAttribute("aria-label", `${text}：${entry.name}`);
      button.addEventListener("click", act);
      entry.actions.append(button);
    }

    forget(entry) {
      entry.element.remove();
      this.entries.delete(entry.upload_key);
      shelf.drop(entry.upload_key);
      this.tell();
    }

    refuse(entry, reasons) {
      shelf.drop(entry.upload_key);
      this.set(entry, "refused", reasons.join(""));
      this.say(`${entry.name}：${reasons.join("")}`);
      this.settled();
    }

    // ---- sending
    pump() {
      if (!navigator.onLine) {
        for (const entry of this.entries.values()) if (entry.state === "queued") this.set(entry, "waiting");
        this.settled();
        return;
      }
      for (const entry of this.entries.values()) {
        if (this.count("sending") >= AT_ONCE) return;
        if (entry.state === "queued") this.send(entry);
      }
    }

    again() {
      this.pause = 4000;
      for (const entry of this.entries.values()) {
        if (entry.state === "waiting" || entry.state === "expired") this.set(entry, "queued");
      }
      this.pump();
    }

    send(entry) {
      this.set(entry, "sending");
      const data = new FormData();
      data.append("csrfmiddlewaretoken", this.token);
      data.append("upload_key", entry.upload_key);
      data.append("entry_key", entry.entry_key);
      if (this.root.dataset.record) data.append("record", this.root.dataset.record);
      data.append("file", entry.blob, entry.name);
      const request = new XMLHttpRequest();
      request.open("POST", this.root.dataset.evidence);
      request.setRequestHeader("Accept", "application/json");
      request.timeout = PATIENCE;
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        entry.bar.value = Math.round((event.loaded / event.total) * 100);
        entry.told.textContent = event.loaded < event.total ? `正在上传 ${entry.bar.value}%` : "正在检查";
      });
      request.addEventListener("load", () => this.answered(entry, request));
      for (const name of ["error", "timeout", "abort"]) request.addEventListener(name, () => this.broke(entry));
      request.send(data);
    }

    answered(entry, request) {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // a page instead of data: signed out, or an error of the server
      }
      if (request.status === 201 && answer) {
        this.arrived(entry, answer);
      } else if (request.status === 422 && answer) {
        this.refuse(entry, answer.errors);
      } else if (request.status === 413) {
        this.refuse(entry, ["文件太大，服务器没有接受。请压缩后再传。"]);
      } else if (request.status === 404) {
        this.refuse(entry, ["这条记录已经不在，文件没有传上。"]);
      } else if (request.status < 500) {
        this.set(entry, "expired", "登录状态有变化。请重新登录并打开这一页，文件会接着传。");
        this.settled();
      } else {
        this.broke(entry, "服务器暂时没有接受，稍后自动重试");
      }
      this.pump();
    }

    arrived(entry, answer) {
      shelf.drop(entry.upload_key);
      this.entries.delete(entry.upload_key);
      entry.element.remove();
      if (!this.items.querySelector(`[data-evidence-item="${answer.id}"]`)) {
        this.items.insertAdjacentHTML("beforeend", answer.html.trim());
      }
      this.pause = 4000;
      this.tell();
      this.form?.dispatchEvent(new CustomEvent("evidence-changed", { bubbles: true }));
      this.settled();
    }

    broke(entry, words = "") {
      entry.bar.value = 0;
      this.set(entry, "waiting", words);
      clearTimeout(this.timer);
      // a server that is down fires no "online"
      this.timer = setTimeout(() => this.again(), this.pause);
      this.pause = Math.min(this.pause * 2, 60000);
      this.settled();
    }

    // ---- the form waits for what is under way, and asks about what is stuck
    submitted(event) {
      if (event.target !== this.form || this.passed) return;
      const busy = this.count("preparing", "queued", "sending");
      const stuck = this.count("waiting", "expired", "refused");
      if (!busy && !stuck) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.submitter = event.submitter;
      this.wantsSubmit = true;
      if (busy) this.say(`还有 ${busy} 个文件正在上传，传完自动提交。`);
      else this.settled();
    }

    settled() {
      if (!this.wantsSubmit || this.count("preparing", "queued", "sending")) return;
      this.wantsSubmit = false;
      const stuck = this.count("waiting", "expired");
      const refused = this.count("refused");
      if (!stuck && !refused) {
        this.submitNow();
        return;
      }
      const dialog = document.getElementById("confirm-dialog");
      document.getElementById("confirm-text").textContent = stuck
        ? `还有 ${stuck + refused} 个文件没有传完。现在提交，记录里就没有它们；也可以等网络恢复后再提交。仍然提交吗？`
        : `有 ${refused} 个文件没有被接受，记录里不会有它们。仍然提交吗？`;
      dialog.returnValue = "no";
      dialog.onclose = () => {
        if (dialog.returnValue === "yes") this.submitNow();
      };
      dialog.showModal();
    }

    submitNow() {
      this.passed = true;
      this.form.requestSubmit(this.submitter ?? undefined);
      setTimeout(() => (this.passed = false), 0);
    }

    // ---- what is there already
    async clicked(event) {
      const button = event.target.closest("[data-evidence-do]");
      if (!button) return;
      event.preventDefault();
      const item = button.closest("[data-evidence-item]");
      const answer = await this.post(button.formAction, button.name ? { [button.name]: button.value } : {});
      if (!answer) return;
      if (button.dataset.evidenceDo === "remove") {
        const next = item.nextElementSibling ?? item.previousElementSibling;
        item.remove();
        (next?.querySelector("[data-evidence-do=remove]") ?? this.root.querySelector(".evidence-input"))?.focus();
        this.say("已移除。");
        this.form?.dispatchEvent(new CustomEvent("evidence-changed", { bubbles: true }));
      } else {
        const place = document.createElement("template");
        place.innerHTML = answer.html.trim();
        const fresh = place.content.firstElementChild;
        item.replaceWith(fresh);
        fresh.querySelector(`[data-evidence-do="${button.dataset.evidenceDo}"]`)?.focus();
        this.say("已旋转。");
      }
    }

    async described(event) {
      const field = event.target.closest("[data-evidence-change]");
      if (!field) return;
      event.stopPropagation();
      const url = field.closest("[data-url]").dataset.url;
      if (await this.post(url, { [field.dataset.evidenceChange]: field.value })) this.say("说明已保存。");
    }

    async post(url, fields) {
      const data = new FormData();
      data.append("csrfmiddlewaretoken", this.token);
      for (const [name, value] of Object.entries(fields)) data.append(name, value);
      try {
        const response = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" } });
        const answer = response.redirected ? null : await response.json();
        if (response.ok && answer) return answer;
        this.say(answer?.errors?.join("") ?? "登录状态有变化，请重新登录后再试。");
      } catch {
        this.say("没有保存，请检查网络后再试。");
      }
      return null;
    }

    say(words) {
      this.status.textContent = words;
    }

    tell() {
      const busy = this.count("preparing", "queued", "sending");
      const stuck = this.count("waiting", "expired");
      const parts = [];
      if (this.items.children.length) parts.push(`已上传 ${this.items.children.length} 个文件`);
      if (busy) parts.push(`正在上传 ${busy} 个`);
      if (stuck) parts.push(`${stuck} 个等待网络恢复，已保存在这台设备上`);
      this.say(parts.length ? `${parts.join("，")}。` : "");
    }
  }

  function start() {
    for (const root of document.querySelectorAll("[data-evidence]")) {
      if (root.evidenceBox || !root.querySelector(".evidence-input")) continue;
      root.evidenceBox = new Box(root);
    }
  }
  document.addEventListener("htmx:load", start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
