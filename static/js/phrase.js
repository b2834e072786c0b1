/* A phrase of the report: a field of the list is put where the caret stands in the text; what is `data-whole` replaces it. */
document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const area = document.getElementById("id_text");
  if ("whole" in button.dataset) area.select();
  area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});
