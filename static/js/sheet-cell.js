/* One cell of the grid: what is typed, what is saved, what the server says about it. Each cell is saved as it
   is left; what cannot be saved stays in place, says so, and is kept in the browser. Words come from the template. */
const grid = document.querySelector("[data-keep]"); // the form, or the sheet to be read

/* The number in a text by the rules of emulation/numbers.py; NaN where the server would refuse it. */
function readNumber(text, decimals) {
  const spaced = text.replace(/\s+/g, " ").trim().replace(/ ?%$/, "").replace(/^- /, "-");
  if (spaced.includes(" ") && !/^-?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?$/.test(spaced)) return NaN; // two numbers?
  const plain = spaced.replaceAll(" ", "");
  if (/^-?[0-9]+$/.test(plain)) return within(plain, "", decimals);
  const marked = plain.match(/^(-?[0-9]+)([.,])([0-9]+)$/);
  if (marked) {
    const [, whole, , rest] = marked;
    const digits = whole.replace("-", "");
    if (rest.length !== 3 || digits.length > 3 || digits.startsWith("0")) return within(whole, rest, decimals);
    return decimals === 0 ? within(whole + rest, "", decimals) : NaN;
  }
  const grouped = plain.match(/^(-?[0-9]{1,3})((?:\.[0-9]{3})+|(?:,[0-9]{3})+)(?:([.,])([0-9]+))?$/);
  if (!grouped || grouped[3] === grouped[2][0] || /^-?0/.test(grouped[1])) return NaN;
  return within(grouped[1] + grouped[2].replace(/[.,]/g, ""), grouped[4] || "", decimals);
}

function within(whole, rest, decimals) {
  const value = Number(rest ? `${whole}.${rest}` : whole);
  return rest.replace(/0+$/, "").length > decimals || Math.abs(value) >= 1e11 ? NaN : value;
}

/* What is typed and not saved, by user and sheet: line → names and texts of its fields. It outlives a reload,
   a closed browser and an expired session, and goes when the line is saved or the user logs out. */
const keeper = {
  all() {
    try {
      return JSON.parse(localStorage.getItem(grid.dataset.keep)) || {};
    } catch {
      return {};
    }
  },
  change(alter) {
    const kept = this.all();
    alter(kept);
    try {
      if (Object.keys(kept).length) localStorage.setItem(grid.dataset.keep, JSON.stringify(kept));
      else localStorage.removeItem(grid.dataset.keep);
    } catch { /* without storage the page itself still holds what is typed, and warns */ }
  },
  put(line, fields) { this.change((kept) => { kept[line] = fields; }); },
  drop(line) { if (line in this.all()) this.change((kept) => { delete kept[line]; }); },
};

/* What the page brought for a field, as the browser holds it: an input of one line drops line breaks, a list
   without a chosen word shows its first. Compared with anything else, a line that nobody touched seems typed. */
function served(field) {
  if (field.matches("select")) return ([...field.options].find((word) => word.defaultSelected) || field.options[0])?.value || "";
  const own = field.cloneNode();
  own.value = field.defaultValue;
  return own.value;
}

class Cell {
  constructor(key, row, parts) {
    Object.assign(this, { key, row, parts, running: null, stale: false });
    this.extra = document.getElementById(`x${key}`);
    this.first = { ...this.texts(), ...Object.fromEntries(this.typed.map((field) => [field.name, served(field)])) };
    this.settled = this.shown;
    // not what stands here: a quick hand has typed before the script came
    this.sent = row.dataset.state === "error" ? "" : JSON.stringify(this.typed.map((field) => served(field).trim()));
  }

  get fields() {
    return this.parts.flatMap((part) => [...part.querySelectorAll(`[name^="c${this.key}-"]`)]);
  }

  get typed() { return this.fields.filter((field) => field.type !== "hidden" && field.type !== "radio"); }

  get name() { return this.row.querySelector("th .qt-line").textContent.trim(); }

  field(name) { return this.fields.find((field) => field.name === `c${this.key}-${name}`); }

  values() { return JSON.stringify(this.typed.map((field) => field.value.trim())); }

  texts() { return Object.fromEntries(this.fields.filter((field) => field.type !== "radio").map((field) => [field.name, field.value])); }

  put(texts) {
    this.fields.forEach((field) => { if (field.name in texts) field.value = texts[field.name]; });
    this.show(this.field("status").value);
  }

  get dirty() { return this.values() !== this.sent; }

  /* nil and not applicable have no figure; a figure needs no reason */
  report(status) {
    this.field("status").value = status;
    this.show(status);
    const figures = this.parts.flatMap((part) => [...part.querySelectorAll("[data-part]")]);
    if (status === "reported") {
      this.field("reason").value = "";
      focusOn(figures[0]);
    } else {
      figures.forEach((field) => { field.value = ""; });
      this.open(true);
      this.field("reason").focus();
    }
  }

  show(status) {
    this.row.dataset.status = this.extra.dataset.status = status;
    if (status !== "reported") this.extra.hidden = false;
  }

  open(always) {
    const show = always || this.extra.hidden;
    this.extra.hidden = !show;
    this.row.querySelector("[data-more]").setAttribute("aria-expanded", show);
    if (show) this.field("status").focus();
  }

  close() { focusOn(this.row.querySelector("[data-part]") || this.row.querySelector("[data-enter]")); }

  /* while it is typed: kept in the browser, and the result of what can be read as numbers */
  live() {
    if (!this.dirty) {
      keeper.drop(this.key);
      if (!this.running) this.settle();
      return;
    }
    keeper.put(this.key, this.texts());
    this.restored = false;
    if (!this.running) this.mark("typing", document.getElementById("st-unsaved").innerHTML);
    const { measure, scale } = this.row.dataset;
    const [num, den] = ["numerator", "denominator"].map((name) => this.number(this.field(name)?.value));
    if (measure === "ratio") this.derive({ result: den > 0 && num >= 0 ? this.written((num * Number(scale)) / den) : "–" });
    else if (measure !== "grade" && measure !== "checklist") this.derive({ result: this.written(num) });
    else this.derive({ result: "–" });
  }

  number(text) { return readNumber(text || "", Number(this.row.dataset.decimals)); }

  written(value) {
    const shown = Number(this.row.dataset.shown);
    const options = { minimumFractionDigits: shown, maximumFractionDigits: shown };
    return Number.isFinite(value) ? value.toLocaleString(document.documentElement.lang, options) : "–";
  }

  leave() { if (this.dirty || this.running) this.save(); } // what is on its way may be older than what stands here

  /* Resolves when the server has answered about what stands here now, or cannot be reached. */
  save() {
    this.stale = Boolean(this.running);
    this.running ??= this.run();
    return this.running;
  }

  async run() {
    do {
      this.stale = false;
      await this.send();
    } while (this.stale && this.dirty);
    this.running = null;
  }

  async send() {
    const values = this.values();
    this.restored = false;
    this.mark("saving", document.getElementById("st-saving").innerHTML);
    try {
      const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
      const url = grid.dataset.cell.replace("/0/", `/${this.key}/`);
      const answer = await fetch(url, { method: "POST", body: new URLSearchParams(this.texts()), headers, redirect: "manual" });
      if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) this.unsaved("ended");
      else if (![200, 409, 422, 423].includes(answer.status)) this.unsaved("failed");
      else this.answered(answer.status, await answer.json(), values);
    } catch {
      this.unsaved("offline");
    }
  }

  answered(status, answer, values) {
    this.explain(answer.errors || []);
    if (status === 200) this.saved(answer, values);
    else {
      this.mark("error", answer.state);
      this.derive({ result: "–", since: "–" });
      this.conflict = status === 409 ? answer : null;
      if (this.conflict) this.choose();
    }
    tellGrid("cell:saved", this.key);
  }

  saved(answer, values) {
    this.sent = values;
    this.field("seen").value = answer.seen;
    this.first = this.texts();
    if (this.dirty) keeper.put(this.key, this.texts());
    else keeper.drop(this.key);
    this.mark("saved", answer.state);
    this.derive(answer);
    if (answer.sheet) document.getElementById("sheet-state").innerHTML = answer.sheet;
    const stored = !answer.seen.startsWith(":");
    this.row.toggleAttribute("data-stored", stored);
    this.row.querySelector(".qt-in").classList.toggle("qt-in--todo", !stored);
    if (!stored) this.mark("empty", document.getElementById("st-empty").innerHTML);
    const ready = document.getElementById("ready");
    if (ready) ready.hidden = true;
    this.settled = this.shown;
    const place = document.getElementById("saved");
    place.hidden = false;
    place.querySelector("span").textContent = new Date().toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
  }

  /* a figure that was saved elsewhere: pasted, undone, or typed by somebody else */
  replace(answer) {
    this.put(answer.typed);
    this.explain([]);
    this.saved(answer, this.values());
    tellGrid("cell:saved", this.key);
  }

  /* back to what the server has */
  discard() {
    this.put(this.first);
    keeper.drop(this.key);
    this.settle();
  }

  /* what is saved stands here again: its result, its mark, and nothing that was wrong before */
  settle() {
    this.restored = false;
    this.conflict = null;
    this.explain([]);
    this.mark(this.settled.state, this.settled.html);
    this.derive(this.settled);
    tellGrid("cell:saved", this.key);
  }

  get shown() {
    const [mark, result, outcome, since] = ["mark", "result", "outcome", "since"].map((part) => this.row.querySelector(`[data-${part}]`));
    return { state: this.row.dataset.state, html: mark.innerHTML, result: result.textContent, outcome: outcome.innerHTML, since: since?.textContent };
  }

  /* typed before the page was loaded again */
  restore(texts) {
    this.put(texts);
    if (!this.dirty) {
      keeper.drop(this.key);
      this.put(this.first);
      return;
    }
    this.live();
    this.restored = true;
    this.mark("unsaved", document.getElementById("st-unsaved").innerHTML);
  }

  derive({ result, outcome = "–", since, parts }) {
    this.row.querySelector("[data-result]").textContent = result;
    this.row.querySelector("[data-outcome]").innerHTML = outcome;
    const place = this.row.querySelector("[data-since]");
    if (place && since) place.textContent = since;
    const met = this.row.querySelector("[data-met]");
    if (met && parts !== undefined) met.textContent = parts;
  }

  unsaved(why) {
    this.mark("unsaved", document.getElementById("st-unsaved").innerHTML);
    tellGrid("cell:unsaved", why);
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
    if (this.row.getBoundingClientRect().bottom <= window.innerHeight) line.scrollIntoView({ block: "nearest" });
  }

  /* somebody else saved this cell meanwhile */
  choose() {
    const box = document.getElementById(`e${this.key}`).cells[0];
    for (const [choice, word] of [["take", grid.dataset.wordTake], ["keep", grid.dataset.wordKeep]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-sm btn-quiet", textContent: word });
      button.dataset[choice] = "";
      box.append(button, " ");
    }
  }

  take() { this.replace(this.conflict.theirs); }

  keep() {
    this.field("seen").value = `${this.conflict.now}:`;
    this.save();
  }
}

function tellGrid(name, detail) { grid.dispatchEvent(new CustomEvent(name, { detail })); }

function focusOn(field) {
  field?.focus();
  field?.select?.();
}
