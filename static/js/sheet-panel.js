/* The side panel of a figure: loaded only when it is opened, by the name of a line or Ctrl+Enter; Escape closes
   it and leads back. While it is open it follows the line, unless a comment has been begun. */
const panel = document.getElementById("panel");
let panelOf = null; // the link that opened it
let panelTurn;

async function openPanel(link, enter) {
  panelOf = link;
  panel.hidden = false;
  panel.parentElement.classList.remove("qt-work--full");
  await htmx.ajax("GET", link.getAttribute("href"), { target: "#panel", swap: "innerHTML" });
  if (enter) panel.querySelector("h2")?.focus();
}

function closePanel() {
  panel.hidden = true;
  panel.parentElement.classList.add("qt-work--full");
  panel.replaceChildren();
  const row = panelOf?.closest("tr");
  (row?.querySelector("[data-part]") || panelOf)?.focus();
  panelOf = null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-panel]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPanel(link, true);
});
panel.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) closePanel();
  const name = event.target.closest("[data-mention]");
  if (name) {
    const text = panel.querySelector("#comment");
    text.setRangeText(`${name.dataset.mention} `, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  }
});
/* a comment just written shows in its line */
panel.addEventListener("htmx:afterSwap", () => {
  const said = panel.querySelector("[data-said-of]");
  const link = said && document.querySelector(`[data-panel="${said.dataset.saidOf}"]`);
  link?.parentElement.querySelector("[data-said]").replaceChildren(said.content.cloneNode(true));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden && panel.contains(event.target)) closePanel();
});
/* the line that was entered, or the one in the panel when it has been saved */
function followLine(event) {
  const link = document.querySelector(`[data-panel="${event.detail}"]`);
  if (panel.hidden || panel.querySelector("#comment")?.value.trim() || panel.contains(document.activeElement)) return;
  if ((event.type === "row:entered") === (link === panelOf)) return;
  clearTimeout(panelTurn);
  panelTurn = setTimeout(() => { if (!panel.hidden) openPanel(link); }, 250);
}
["row:entered", "cell:saved"].forEach((name) => document.getElementById("sheet")?.addEventListener(name, followLine));
