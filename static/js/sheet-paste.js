/* A block of cells pasted from Excel, or one figure filled down: the server reads the block and says what goes
   where, the user ticks, and all is saved at once or nothing. What was there can be put back. */
const pasting = document.getElementById("paste");
const undone = []; // fields that put back what was there, newest last

/* visible lines from a row on, locked ones too: a block goes down line by line */
function linesFrom(row) {
  const rows = [...grid.querySelectorAll("tr[data-row]:not(.qt-gone)")];
  return rows.slice(Math.max(0, rows.indexOf(row)));
}

function startPaste(cells) {
  let at = null; // the field the user was in last
  grid.addEventListener("focusin", (event) => { if (event.target.matches("[data-part]")) at = event.target; });
  const place = () => (at && at.offsetParent ? at : grid.querySelector("tr[data-row]:not(.qt-gone) [data-part]"));

  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    const ratio = event.target.closest("[data-measure=ratio]") && /^\s*[0-9.,\s]+\/[0-9.,\s]+$/.test(text);
    if (!event.target.matches("[data-part]") || !(/[\t\n]/.test(text.trim()) || ratio)) return;
    event.preventDefault();
    show("paste", text, linesFrom(event.target.closest("tr[data-row]") || event.target.closest("tr").previousElementSibling), event.target.dataset.part);
  });

  document.querySelector("[data-paste-open]").addEventListener("click", () => {
    const field = place();
    if (!field) return;
    title("paste");
    const body = pasting.querySelector("[data-paste-preview]");
    body.replaceChildren(document.getElementById("paste-start").content.cloneNode(true));
    const row = field.closest("tr[data-row]") || document.getElementById(`c${field.closest("[data-of]").dataset.of}`);
    body.querySelector("[data-paste-from]").textContent = row.querySelector(".qt-line").textContent.trim();
    const read = (text) => show("paste", text, linesFrom(row), field.dataset.part);
    const area = body.querySelector("textarea");
    area.addEventListener("paste", (event) => {
      event.preventDefault();
      read(event.clipboardData.getData("text/plain"));
    });
    body.querySelector("[data-paste-read]").addEventListener("click", () => read(area.value));
    pasting.showModal();
    area.focus();
  });

  document.querySelector("[data-fill]").addEventListener("click", () => {
    const row = place()?.closest("tr");
    if (row) fillDown(cells.get(row.dataset.row || row.dataset.of));
  });
  pasting.addEventListener("click", (event) => {
    if (event.target.closest("[data-paste-close]")) pasting.close();
    if (event.target.closest("[data-paste-save]")) saveTicked(cells);
  });
  pasting.addEventListener("change", ({ target }) => {
    if (target.matches("[data-paste-all]")) pasting.querySelectorAll("[data-paste-take]").forEach((box) => { box.checked = target.checked; });
    const ticked = pasting.querySelectorAll("[data-paste-take]:checked").length;
    if (!pasting.querySelector("[data-paste-count]")) return; // the text box, before anything was looked through
    pasting.querySelector("[data-paste-count]").textContent = ticked;
    pasting.querySelector("[data-paste-save]").disabled = !ticked;
  });
  pasting.addEventListener("close", () => { if (!pasting.returnValue) focusOn(place()); });
  document.querySelector("[data-undo]").addEventListener("click", () => undo(cells));
  document.querySelector("[data-undo-close]").addEventListener("click", () => { document.getElementById("undo").hidden = true; });
}

function title(kind) {
  const head = document.getElementById("paste-title");
  head.textContent = head.dataset[kind];
}

function say(word) {
  const note = document.createElement("p");
  note.className = "qt-s";
  note.textContent = pasting.dataset[word] || word;
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "btn btn-quiet", textContent: "OK" });
  close.dataset.pasteClose = "";
  pasting.querySelector("[data-paste-preview]").replaceChildren(note, close);
  if (!pasting.open) pasting.showModal();
}

async function post(url, body) {
  const headers = { "X-CSRFToken": csrfToken() };
  const answer = await fetch(url, { method: "POST", body, headers, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new Error("ended");
  if (![200, 409, 422, 423].includes(answer.status)) throw new Error("failed");
  return answer;
}

const why = (error) => (error.message === "ended" ? "ended" : "failed");

async function show(kind, block, rows, part) {
  title(kind);
  pasting.dataset.way = kind === "paste" ? "paste" : "";
  try {
    const lines = rows.map((row) => row.dataset.row).join(",");
    const answer = await post(grid.dataset.paste, new URLSearchParams({ block, lines, part: part === "den" ? "den" : "num", fill: kind === "fill" ? "1" : "" }));
    pasting.querySelector("[data-paste-preview]").innerHTML = await answer.text();
    if (!pasting.open) pasting.showModal();
    (pasting.querySelector("[data-paste-save]:not(:disabled)") || pasting.querySelector("[data-paste-all]") || pasting.querySelector("[data-paste-close]")).focus();
  } catch (error) {
    say(why(error));
  }
}

/* The figure of one line for the empty lines of its kind below it in its section; the user ticks which. */
function fillDown(cell) {
  const { measure } = cell.row.dataset;
  title("fill");
  const parts = [...cell.row.querySelectorAll("[data-part]")];
  const text = parts.map((part) => (part.matches("select") ? part.selectedOptions[0].textContent : part.value).trim()).join("\t");
  if (!text.trim()) return say("nothing");
  const below = linesFrom(cell.row).slice(1).filter((row) => row.closest("[data-group]") === cell.row.closest("[data-group]"));
  const fits = (row) => row.dataset.measure === measure && !("stored" in row.dataset) && row.querySelector("[data-part]:not([readonly])");
  if (measure === "checklist" || !below.some(fits)) return say("none");
  return show("fill", below.map((row) => (fits(row) ? text : "")).join("\n"), below, "num");
}

async function saveTicked(cells) {
  const rows = [...pasting.querySelectorAll("[data-pasted]")].filter((row) => row.querySelector("[data-paste-take]:checked"));
  const body = new URLSearchParams({ way: pasting.dataset.way });
  rows.forEach((row) => {
    row.querySelectorAll("input[type=hidden]").forEach((field) => body.append(field.name, field.value));
    const seen = cells.get(row.dataset.pasted).field("seen");
    body.append(seen.name, seen.value.replace(/:.*/, ":"));
  });
  try {
    const answer = await post(grid.dataset.cells, body);
    const found = await answer.json();
    if (answer.status === 200) {
      finish();
      done(cells, found);
    } else refuse(found);
  } catch (error) {
    problem(pasting.dataset[why(error)]);
  }
}

/* Rows of the block that found no line stay to be read, and copied, after the others were saved. */
function finish() {
  const after = pasting.querySelector("[data-paste-after]");
  if (!after) return pasting.close();
  pasting.querySelector("[data-paste-known]").remove();
  after.hidden = false;
  return after.querySelector("button").focus();
}

/* Nothing was saved: each line that stood in the way says why, and is left out when the rest is sent again. */
function refuse({ wrong = {}, errors = [] }) {
  Object.entries(wrong).forEach(([key, texts]) => {
    const row = pasting.querySelector(`[data-pasted="${key}"]`);
    const place = row.querySelector("[data-paste-why]");
    row.querySelector("[data-paste-take]").checked = false;
    place.textContent = texts.join(" ");
    place.hidden = false;
  });
  pasting.dispatchEvent(new Event("change"));
  problem([pasting.dataset.refused, ...errors, ...Object.values(wrong).flat()].join(" "));
}

function problem(text) {
  const place = pasting.querySelector("[data-paste-problem]");
  place.textContent = text;
  place.hidden = false;
}

function done(cells, found) {
  const note = document.getElementById("undo");
  Object.entries(found.cells).forEach(([key, answer]) => cells.get(key)?.replace(answer));
  document.getElementById("sheet-state").innerHTML = found.sheet;
  undone.push(found.undo);
  note.querySelector("[data-count]").textContent = Object.keys(found.cells).length;
  note.querySelector("[data-text]").textContent = "";
  note.querySelector("[data-undo]").hidden = false;
  note.hidden = false;
}

async function undo(cells) {
  const note = document.getElementById("undo");
  const told = note.querySelector("[data-text]");
  try {
    const answer = await post(grid.dataset.cells, new URLSearchParams(undone.at(-1)));
    const found = await answer.json();
    if (answer.status === 200) {
      undone.pop();
      Object.entries(found.cells).forEach(([key, cell]) => cells.get(key)?.replace(cell));
      told.textContent = `– ${note.dataset.again}`;
    } else told.textContent = `– ${found.errors?.join(" ") || note.dataset.failed}`;
    note.querySelector("[data-undo]").hidden = answer.status === 200 ? !undone.length : true;
  } catch (error) {
    told.textContent = `– ${pasting.dataset[why(error)]}`;
  }
}
