/* Grid of figures. Each cell is saved as it is left; what cannot be saved stays in place and says so.
   Enter goes to the next field, ↓ and ↑ to the same column of the next row, Ctrl+Enter opens reason and note.
   Without this file the grid is an ordinary form. Words come from the template. */
const form = document.getElementById("sheet");
const filter = document.getElementById("filter");
document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });

/* ── filter ── */
const fold = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
filter?.addEventListener("input", () => {
  const words = fold(filter.value).split(/\s+/).filter(Boolean);
  document.querySelectorAll("[data-group]").forEach((group) => {
    group.querySelectorAll("tr[data-row]").forEach((row) => {
      const text = fold(row.querySelector("th").textContent);
      const hide = !words.every((word) => text.includes(word));
      [row, ...group.querySelectorAll(`[data-of="${row.dataset.row}"]`)].forEach((part) => part.classList.toggle("qt-gone", hide));
    });
    group.classList.toggle("qt-gone", !group.querySelector("tr[data-row]:not(.qt-gone)"));
  });
});

function start() {
  const cells = new Map();
  form.querySelectorAll("tr[data-row]").forEach((row) => {
    const key = row.dataset.row;
    const parts = [row, ...form.querySelectorAll(`[data-of="${key}"]`)];
    if (row.querySelector(`[name="c${key}-seen"]`)) cells.set(key, new Cell(key, row, parts));
  });
  const cellOf = (element) => {
    const row = element.closest("tr[data-row], tr[data-of]");
    return row && cells.get(row.dataset.row || row.dataset.of);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#c']");
    const field = link && form.querySelector(`${link.getAttribute("href")} [data-part]`);
    if (field) setTimeout(() => focus(field));
  });
  const order = () => [...form.querySelectorAll("[data-part]")].filter((field) => field.offsetParent);

  form.addEventListener("focusin", (event) => {
    form.querySelector("tr.is-on")?.classList.remove("is-on");
    cellOf(event.target)?.row.classList.add("is-on");
  });
  form.addEventListener("focusout", (event) => {
    const cell = cellOf(event.target);
    if (cell && (!event.relatedTarget || cellOf(event.relatedTarget) !== cell)) cell.leave();
  });
  form.addEventListener("input", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    if (event.target.matches("[data-status-of]")) cell.report(event.target.value);
    cell.live();
  });
  form.addEventListener("click", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    if (event.target.closest("[data-more]")) cell.open();
    if (event.target.closest("[data-enter]")) cell.report("reported");
    if (event.target.closest("button[data-take]")) cell.take();
    if (event.target.closest("button[data-keep]")) cell.keep();
  });
  form.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell || !event.target.matches("input, select")) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey) cell.open(true);
      else along(order(), event.target, event.shiftKey ? -1 : 1);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.target.matches("input[data-part]")) {
      event.preventDefault();
      column(order(), event.target, step);
    }
  });

  /* ── what is not saved ── */
  const banner = document.getElementById("unsaved");
  const waiting = () => [...cells.values()].filter((cell) => cell.row.dataset.state === "unsaved");
  const again = () => waiting().forEach((cell) => cell.save());
  function tell(why) {
    const count = waiting().length;
    banner.hidden = !count;
    if (!count) return;
    banner.querySelector("[data-count]").textContent = count;
    if (why) banner.querySelector("[data-text]").textContent = banner.dataset[why];
    banner.querySelector("a").hidden = why === "offline";
  }
  form.addEventListener("cell:saved", () => { count(cells); tell(); });
  form.addEventListener("cell:unsaved", (event) => { count(cells); tell(event.detail); });
  banner.querySelector("[data-again]").addEventListener("click", again);
  window.addEventListener("online", again);
  window.addEventListener("focus", again);
  setInterval(() => { if (navigator.onLine && banner.querySelector("a").hidden) again(); }, 15000);

  let leaving = false;
  form.addEventListener("submit", () => {
    leaving = true;
    form.querySelector("[name=csrfmiddlewaretoken]").value = token();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && [...cells.values()].some((cell) => cell.dirty)) event.preventDefault();
  });
}

function along(fields, from, step) {
  let at = fields.indexOf(from);
  if (at < 0) {
    const after = fields.findIndex((field) => from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
    at = after < 0 ? fields.length : step > 0 ? after - 1 : after;
  }
  focus(fields[at + step] || (step > 0 ? document.querySelector("[form=sheet][formaction]") : null));
}

function column(fields, from, step) {
  const rows = [...new Set(fields.map((field) => field.closest("tr")))];
  const next = rows[rows.indexOf(from.closest("tr")) + step];
  if (next) focus(next.querySelector(`[data-part="${from.dataset.part}"]`) || next.querySelector("[data-part]"));
}

function focus(field) {
  field?.focus();
  field?.select?.();
}

/* After logging in again in another tab the form's token is old; the cookie has the new one. */
function token() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? cookie.split("=")[1] : form.querySelector("[name=csrfmiddlewaretoken]").value;
}

function count(cells) {
  const asked = [...form.querySelectorAll("tr[data-asked]")];
  const filled = asked.filter((row) => "stored" in row.dataset);
  const words = document.getElementById("filled");
  words.textContent = `${filled.length}/${asked.length} ${words.dataset.words}`;
  document.querySelector(".qt-foot .v").setAttribute("width", `${asked.length ? (filled.length * 100) / asked.length : 0}%`);
  form.querySelectorAll("[data-group]").forEach((group) => {
    const own = [...group.querySelectorAll("tr[data-asked]")];
    group.querySelector("[data-filled]").textContent = `${own.filter((row) => "stored" in row.dataset).length}/${own.length}`;
  });
  point("missing", asked.filter((row) => !("stored" in row.dataset)));
  point("wrong", [...cells.values()].map((cell) => cell.row).filter((row) => ["error", "unsaved"].includes(row.dataset.state)));
}

function point(id, rows) {
  const place = document.getElementById(id);
  place.hidden = !rows.length;
  place.querySelector("span").textContent = rows.length;
  if (rows.length) place.querySelector("a").href = `#${rows[0].id}`;
}

class Cell {
  constructor(key, row, parts) {
    Object.assign(this, { key, row, parts, busy: false, stale: false });
    this.extra = document.getElementById(`x${key}`);
    this.sent = this.values();
  }

  get fields() {
    return this.parts.flatMap((part) => [...part.querySelectorAll(`[name^="c${this.key}-"]`)]);
  }

  field(name) { return this.fields.find((field) => field.name === `c${this.key}-${name}`); }

  values() {
    const typed = this.fields.filter((field) => field.type !== "hidden" && field.type !== "radio");
    return JSON.stringify(typed.map((field) => field.value.trim()));
  }

  get dirty() { return this.values() !== this.sent; }

  /* nil and not applicable have no figure; a figure needs no reason */
  report(status) {
    this.field("status").value = status;
    this.show(status);
    const figures = this.parts.flatMap((part) => [...part.querySelectorAll("[data-part]")]);
    if (status === "reported") {
      this.field("reason").value = "";
      focus(figures[0]);
    } else {
      figures.forEach((field) => { field.value = ""; });
      this.open(true);
      this.field("reason").focus();
    }
  }

  show(status) {
    this.row.dataset.status = this.extra.dataset.status = status;
  }

  open(always) {
    const show = always || this.extra.hidden;
    this.extra.hidden = !show;
    this.row.querySelector("[data-more]").setAttribute("aria-expanded", show);
    if (show) this.field("status").focus();
  }

  /* the percentage while it is typed; the server's figure replaces it */
  live() {
    const [num, den] = ["numerator", "denominator"].map((name) => this.number(this.field(name)?.value));
    if (this.row.dataset.measure !== "ratio" || !Number.isFinite(num) || !(den > 0)) return;
    const shown = Number(this.row.dataset.shown);
    const value = (num / den) * Number(this.row.dataset.scale);
    const options = { minimumFractionDigits: shown, maximumFractionDigits: shown };
    this.row.querySelector("[data-result]").textContent = value.toLocaleString(document.documentElement.lang, options);
  }

  number(text) {
    const plain = (text || "").replace(/[\s%]/g, "");
    if (!plain) return NaN;
    return Number(this.row.dataset.decimals === "0" ? plain.replace(/[.,]/g, "") : plain.replace(",", "."));
  }

  leave() { if (this.dirty) this.save(); }

  async save() {
    if (this.busy) { this.stale = true; return; }
    this.busy = true;
    this.stale = false;
    const values = this.values();
    const body = new URLSearchParams(this.fields.filter((field) => field.type !== "radio").map((field) => [field.name, field.value]));
    this.mark("saving", document.getElementById("st-saving").innerHTML);
    let answer;
    try {
      const headers = { "X-CSRFToken": token(), Accept: "application/json" };
      const url = form.dataset.cell.replace("/0/", `/${this.key}/`);
      answer = await fetch(url, { method: "POST", body, headers, redirect: "manual" });
      if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) this.unsaved("ended");
      else if (![200, 409, 422, 423].includes(answer.status)) this.unsaved("failed");
      else this.answered(answer.status, await answer.json(), values);
    } catch {
      this.unsaved("offline");
    }
    this.busy = false;
    if (this.stale && this.dirty) this.save();
  }

  answered(status, answer, values) {
    this.explain(answer.errors || []);
    if (status === 200) this.saved(answer, values);
    else {
      this.mark("error", answer.state);
      this.derive({ result: "–", outcome: "–", since: "" });
      this.conflict = status === 409 ? answer : null;
      if (this.conflict) this.choose();
    }
    form.dispatchEvent(new CustomEvent("cell:saved"));
  }

  saved(answer, values) {
    this.sent = values;
    this.field("seen").value = answer.seen;
    this.mark("saved", answer.state);
    this.derive(answer);
    if (answer.sheet) document.getElementById("sheet-state").innerHTML = answer.sheet;
    const stored = !answer.seen.startsWith(":");
    if (stored) this.row.dataset.stored = "";
    else delete this.row.dataset.stored;
    this.row.querySelector(".qt-in").classList.toggle("qt-in--todo", !stored);
    if (!stored) this.mark("empty", document.getElementById("st-empty").innerHTML);
    const ready = document.getElementById("ready");
    if (ready) ready.hidden = true;
    const place = document.getElementById("saved");
    place.hidden = false;
    place.querySelector("span").textContent = new Date().toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit" });
  }

  derive(answer) {
    this.row.querySelector("[data-result]").textContent = answer.result;
    this.row.querySelector("[data-outcome]").innerHTML = answer.outcome;
    const since = this.row.querySelector("[data-since]");
    if (since && answer.since) since.textContent = answer.since;
  }

  unsaved(why) {
    this.mark("unsaved", document.getElementById("st-unsaved").innerHTML);
    form.dispatchEvent(new CustomEvent("cell:unsaved", { detail: why }));
  }

  mark(state, html) {
    this.row.dataset.state = state;
    this.row.querySelector("[data-mark]").innerHTML = html;
    this.row.querySelector(".qt-in").classList.toggle("qt-in--saving", state === "saving");
  }

  /* errors stand in a row of their own under the cell */
  explain(errors) {
    this.parts.filter((part) => "error" in part.dataset).forEach((part) => part.remove());
    this.parts = this.parts.filter((part) => !("error" in part.dataset));
    this.row.querySelector(".qt-in").classList.toggle("qt-in--err", errors.length > 0);
    this.fields.forEach((field) => {
      if (errors.length) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
    if (!errors.length) return;
    const line = document.createElement("tr");
    const box = line.insertCell();
    const icon = document.createElement("i");
    Object.assign(line, { id: `e${this.key}`, className: "qt-errline" });
    Object.assign(line.dataset, { of: this.key, error: "" });
    icon.className = "bi bi-exclamation-octagon-fill";
    icon.setAttribute("aria-hidden", "true");
    box.colSpan = this.row.cells.length;
    box.setAttribute("role", "alert");
    box.append(icon, ` ${errors.join(" ")} `);
    this.parts.at(-1).after(line);
    this.parts.push(line);
  }

  /* somebody else saved this cell meanwhile */
  choose() {
    const box = document.getElementById(`e${this.key}`).cells[0];
    for (const [choice, word] of [["take", form.dataset.wordTake], ["keep", form.dataset.wordKeep]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-sm btn-quiet", textContent: word });
      button.dataset[choice] = "";
      box.append(button, " ");
    }
  }

  take() {
    const { typed, seen, ...derived } = this.conflict.theirs;
    Object.entries(typed).forEach(([name, value]) => {
      const field = this.fields.find((other) => other.name === name);
      if (field) field.value = value;
    });
    this.show(this.field("status").value);
    this.explain([]);
    this.saved({ seen, ...derived }, this.values());
    form.dispatchEvent(new CustomEvent("cell:saved"));
  }

  keep() {
    this.field("seen").value = `${this.conflict.now}:`;
    this.save();
  }
}

if (form) start();
