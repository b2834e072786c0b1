/* A review report: what is typed and not saved is not left behind without a question. */
function unsaved() {
  return [...document.querySelectorAll("[data-kept-text]")].some((area) => area.value !== area.defaultValue);
}
let sending = false;
document.addEventListener("submit", () => { sending = true; setTimeout(() => { sending = false; }, 1000); });
window.addEventListener("beforeunload", (event) => { if (!sending && unsaved()) event.preventDefault(); });
document.addEventListener("reset", (event) => event.target.closest(".qt-para__edit")?.removeAttribute("open"));
