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

// What is chosen and typed is kept only by sending it: the browser asks before it is left behind.
let unsent = false;
verdict.addEventListener("change", () => { unsent = true; });
document.querySelector("[data-plain]")?.addEventListener("click", () => { unsent = true; });
verdict.addEventListener("submit", () => { unsent = false; });
window.addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });

document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
refresh();
