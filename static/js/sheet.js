/* Grid of figures: moving with the keyboard, filter, what is not saved. Enter goes to the next field, ↓ and ↑
   to the same column of the next row, Ctrl+Enter opens the side panel, Alt+Enter nil, reason and note,
   Ctrl+D fills down. Without scripts the grid is an ordinary form. Cells are in sheet-cell.js. */
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
  grid.querySelectorAll("tr[data-row]").forEach((row) => {
    const key = row.dataset.row;
    const parts = [row, ...grid.querySelectorAll(`[data-of="${key}"]`)];
    if (row.querySelector(`[name="c${key}-seen"]`)) cells.set(key, new Cell(key, row, parts));
  });
  const cellOf = (element) => {
    const row = element.closest("tr[data-row], tr[data-of]");
    return row && cells.get(row.dataset.row || row.dataset.of);
  };
  grid.querySelectorAll("[data-panel], [data-more]").forEach((part) => { part.tabIndex = -1; }); // keys lead there
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#c']");
    const field = link && grid.querySelector(`${link.getAttribute("href")} [data-part]`);
    if (field) setTimeout(() => focusOn(field));
  });

  grid.addEventListener("focusin", (event) => {
    const row = cellOf(event.target)?.row;
    if (!row || row.classList.contains("is-on")) return;
    grid.querySelector("tr.is-on")?.classList.remove("is-on");
    row.classList.add("is-on");
    tellGrid("row:entered", row.dataset.row);
  });
  grid.addEventListener("focusout", (event) => {
    const cell = cellOf(event.target);
    if (cell && (!event.relatedTarget || cellOf(event.relatedTarget) !== cell)) cell.leave();
  });
  grid.addEventListener("input", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    if (event.target.matches("[data-status-of]")) cell.report(event.target.value);
    cell.live();
  });
  grid.addEventListener("click", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    if (event.target.closest("[data-more]")) cell.open();
    if (event.target.closest("[data-enter]")) cell.report("reported");
    if (event.target.closest("button[data-take]")) cell.take();
    if (event.target.closest("button[data-keep]")) cell.keep();
  });
  grid.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (cell && event.target.matches("input, select, [data-enter]")) press(event, cell);
  });
  unsaved(cells);
  startPaste(cells);
  startLive(cells);
  count(cells);
  const early = [...cells.values()].filter((cell) => cell.dirty && !cell.restored && cell.row.dataset.state !== "error");
  const typed = navigator.userActivation?.hasBeenActive; // without a hand at the page, opening it saves nothing
  const busy = (cell) => cell.parts.some((part) => part.contains(document.activeElement));
  early.forEach((cell) => (!typed || busy(cell) ? cell.live() : cell.save()));
}

/* ── keys ── */
function press(event, cell) {
  const fields = () => [...grid.querySelectorAll("[data-part]")].filter((field) => field.offsetParent);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Enter" && event.ctrlKey) (cell.dirty ? cell.save() : Promise.resolve()).then(() => openPanel(cell.row.querySelector("[data-panel]"), true));
  else if (event.key === "Enter" && event.altKey) cell.open(true);
  else if (event.key === "Enter" && !event.target.matches("button")) along(fields(), event.target, event.shiftKey ? -1 : 1);
  else if (event.key === "Escape" && event.target.closest(".qt-extra")) cell.close();
  else if (event.key.toLowerCase() === "d" && event.ctrlKey) fillDown(cell);
  else if (step && !event.altKey && event.target.matches("[data-part]")) column(fields(), event.target, step);
  else if (step && !event.altKey && event.target.matches("select:not([name$=-status])")) along(fields(), event.target, step);
  else return;
  event.preventDefault();
}

function along(fields, from, step) {
  let at = fields.indexOf(from);
  if (at < 0) {
    const after = fields.findIndex((field) => from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
    at = after < 0 ? fields.length : step > 0 ? after - 1 : after;
  }
  focusOn(fields[at + step] || (step > 0 ? document.querySelector("[form=sheet][formaction]") : null));
}

function column(fields, from, step) {
  const rows = [...new Set(fields.map((field) => field.closest("tr")))];
  const next = rows[rows.indexOf(from.closest("tr")) + step];
  if (next) focusOn(next.querySelector(`[data-part="${from.dataset.part}"]`) || next.querySelector("[data-part]"));
}

/* ── what is not saved ── */
function unsaved(cells) {
  const banner = document.getElementById("unsaved");
  const waiting = () => [...cells.values()].filter((cell) => cell.row.dataset.state === "unsaved" && !cell.restored);
  const again = () => waiting().forEach((cell) => cell.save());
  function tell(why) {
    const number = waiting().length;
    banner.hidden = !number;
    if (!number) return;
    banner.querySelector("[data-count]").textContent = number;
    if (why) banner.querySelector("[data-text]").textContent = banner.dataset[why];
    banner.querySelector("a").hidden = why === "offline";
  }
  grid.addEventListener("cell:saved", () => { count(cells); tell(); });
  grid.addEventListener("cell:unsaved", (event) => { count(cells); tell(event.detail); });
  banner.querySelector("[data-again]").addEventListener("click", again);
  window.addEventListener("online", again);
  window.addEventListener("focus", again);
  setInterval(() => { if (navigator.onLine && banner.querySelector("a").hidden) again(); }, 15000);

  restore(cells);
  let leaving = false;
  grid.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault(); // only what is saved may leave the page: a submit with an ended session loses all
    const dirty = () => [...cells.values()].filter((cell) => cell.dirty);
    await Promise.all(dirty().map((cell) => cell.save()));
    if (dirty().length) {
      focusOn(dirty()[0].row.querySelector("[data-part]"));
      return;
    }
    leaving = true;
    grid.querySelector("[name=csrfmiddlewaretoken]").value = csrfToken();
    setTimeout(() => grid.requestSubmit(event.submitter)); // not while this submit is still being told
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && [...cells.values()].some((cell) => cell.dirty)) event.preventDefault();
  });
}

/* What an earlier visit typed and could not save stands in its lines again, until it is saved or discarded. */
function restore(cells) {
  const note = document.getElementById("kept");
  const mine = () => [...cells.values()].filter((cell) => cell.restored);
  const kept = keeper.all();
  const list = note.querySelector("[data-lost]");
  Object.entries(kept).forEach(([key, texts]) => {
    if (cells.has(key)) cells.get(key).restore(texts);
    else list.append(lost(key, texts));
  });
  list.hidden = !list.children.length;
  const tell = () => {
    note.hidden = !mine().length && list.hidden;
    note.querySelector("[data-count]").textContent = mine().length + list.children.length;
    note.querySelector("[data-kept-save]").hidden = !mine().length;
  };
  note.querySelector("[data-kept-save]").addEventListener("click", () => { mine().forEach((cell) => cell.save()); tell(); });
  note.querySelector("[data-kept-drop]").addEventListener("click", () => {
    mine().forEach((cell) => cell.discard());
    Object.keys(kept).filter((key) => !cells.has(key)).forEach((key) => keeper.drop(key));
    list.replaceChildren();
    list.hidden = true;
    tell();
  });
  ["input", "cell:saved", "cell:unsaved"].forEach((name) => grid.addEventListener(name, tell));
  tell();
}

/* typed for a line that is locked or gone by now: shown as text */
function lost(key, texts) {
  const item = document.createElement("li");
  const name = grid.querySelector(`#c${key} .qt-line`)?.textContent.trim() || key;
  const figures = Object.entries(texts).filter(([field, text]) => text && !/-(seen|status|now)$/.test(field)).map(([, text]) => text);
  item.textContent = `${name}: ${figures.join(" / ")}`;
  return item;
}

/* ── how far it is ── */
function count(cells) {
  const asked = [...grid.querySelectorAll("tr[data-asked]")];
  const filled = asked.filter((row) => "stored" in row.dataset);
  const words = document.getElementById("filled");
  words.textContent = `${filled.length}/${asked.length} ${words.dataset.words}`;
  document.querySelector(".qt-foot .v").setAttribute("width", `${asked.length ? (filled.length * 100) / asked.length : 0}%`);
  grid.querySelectorAll("[data-group]").forEach((group) => {
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

if (grid.matches("form")) start();
else restore(new Map());
