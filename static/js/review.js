/* Review: reasons open with «Trả lại» and count their characters, chips filter the lines, the foot counts
   verdicts. Without this file every reason stands open and the buttons send the form. */
const verdict = document.getElementById("verdict");
const lines = [...verdict.querySelectorAll("tr[data-row]")];
const chosen = (row) => row.querySelector("input:checked")?.value || "";
const expansion = (row) => document.getElementById(`x${row.dataset.row}`);
let show = "all";

const KINDS = {
  all: () => true,
  warned: (row) => "warned" in row.dataset,
  missed: (row) => "missed" in row.dataset,
  changed: (row) => "changed" in row.dataset,
  undecided: (row) => !chosen(row),
};

function refresh() {
  lines.forEach((row) => {
    const hidden = !KINDS[show](row);
    const more = expansion(row);
    row.hidden = hidden;
    if (!more) return;
    const returned = chosen(row) === "return";
    more.hidden = hidden || !(returned || "keep" in more.dataset);
    const reason = more.querySelector(".qt-reason");
    if (reason) reason.hidden = !returned;
  });
  verdict.querySelectorAll("[data-group]").forEach((group) => {
    group.hidden = !group.querySelector("tr[data-row]:not([hidden])");
  });
  verdict.querySelectorAll("[data-show]").forEach((chip) => {
    chip.setAttribute("aria-pressed", chip.dataset.show === show);
    chip.querySelector("b").textContent = lines.filter(KINDS[chip.dataset.show]).length;
  });
  const judged = document.getElementById("judged");
  if (!judged) return;
  const open = lines.filter((row) => !chosen(row));
  judged.textContent = `${lines.length - open.length}/${lines.length} ${judged.dataset.words}`;
  count("returned", lines.filter((row) => chosen(row) === "return"));
  count("undecided", open);
  if (open.length) document.querySelector("#undecided a").href = `#${open[0].id}`;
}

function count(id, rows) {
  const place = document.getElementById(id);
  place.hidden = !rows.length;
  place.querySelector("span").textContent = rows.length;
}

document.querySelectorAll("textarea[data-least]").forEach((area) => {
  const out = document.getElementById(area.dataset.count);
  const tell = () => {
    const length = area.value.trim().length;
    const missing = Number(area.dataset.least) - length;
    out.textContent = missing > 0 ? `${missing} ${verdict.dataset.short}` : `${length} ${verdict.dataset.enough}`;
    out.className = missing > 0 ? "qt-xs qt-ink2" : "qt-xs qt-t-met";
  };
  area.addEventListener("input", tell);
  tell();
});

verdict.addEventListener("change", (event) => {
  if (event.target.type !== "radio") return;
  refresh();
  if (event.target.value === "return") expansion(event.target.closest("tr")).querySelector("textarea").focus();
});
verdict.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-show]");
  if (!chip) return;
  show = chip.dataset.show;
  refresh();
});
document.querySelector("[data-plain]")?.addEventListener("click", (event) => {
  event.preventDefault();
  lines.filter((row) => !chosen(row) && !KINDS.warned(row)).forEach((row) => {
    row.querySelector("input[value=approve]").checked = true;
  });
  refresh();
});

/* What is chosen and not sent: the browser asks before it is left behind, and keeps it by user, sheet and step until
   the user logs out (base.js). So it outlives a session that ended and a server that failed while it was sent. With
   it goes what the page showed: a figure that has changed since is still read first. */
const key = verdict.dataset.keptAs;
let unsent = false;
function keep() {
  unsent = true;
  const typed = [...new FormData(verdict)].filter(([name, text]) => text && name !== "csrfmiddlewaretoken");
  try {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(typed)));
  } catch { /* without storage the page itself still holds what is typed */ }
}
function restore() {
  const note = document.getElementById("kept");
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key));
  } catch { /* nothing that could be read */ }
  if (!kept) return;
  const first = JSON.stringify([...new FormData(verdict)]);
  Object.entries(kept).forEach(([name, text]) => {
    const field = verdict.elements.namedItem(name);
    if (field) field.value = text;
  });
  document.querySelectorAll("textarea[data-least]").forEach((area) => area.dispatchEvent(new Event("input"))); // counts
  note.hidden = JSON.stringify([...new FormData(verdict)]) === first;
  unsent = !note.hidden;
  note.querySelector("button").addEventListener("click", () => {
    unsent = false;
    localStorage.removeItem(key);
    window.location.reload();
  });
}
if (key) {
  document.addEventListener("input", (event) => { if (event.target.form === verdict) keep(); });
  document.querySelector("[data-plain]")?.addEventListener("click", keep);
  if ("refused" in verdict.dataset) keep(); // «sent» is the mark of base.js
  else restore();
}
verdict.addEventListener("submit", () => { unsent = false; });
window.addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });

document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
refresh();
