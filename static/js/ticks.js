/* Lists with boxes to tick: one box for all, the number ticked on the buttons that act on them, one value
   for every field of a column. Without this file each box is ticked by hand. */
document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });

document.querySelectorAll("[data-tick]").forEach((all) => {
  const boxes = [...document.querySelectorAll(`input[name="${all.dataset.tick}"]`)];
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    document.querySelectorAll("[data-ticked]").forEach((place) => { place.textContent = ticked; });
  };
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); tell(); });
  boxes.forEach((box) => box.addEventListener("change", tell));
  tell();
});

document.querySelectorAll("[data-fill]").forEach((button) => button.addEventListener("click", () => {
  const value = document.getElementById(button.dataset.fill).value;
  document.querySelectorAll("table input.n").forEach((field) => { field.value = value; });
}));

/* A reason is typed where a verdict asks for one. */
const judged = document.querySelector("[data-needs]");
if (judged) {
  const needs = judged.dataset.needs.split(" ");
  const tell = (row) => {
    const chosen = row.querySelector("input[type=radio]:checked");
    row.querySelector(".qt-why-not").hidden = !(chosen && needs.includes(chosen.value)) && !row.querySelector(".is-invalid");
  };
  judged.querySelectorAll("tr[data-row]").forEach((row) => {
    row.addEventListener("change", () => {
      tell(row);
    });
    tell(row);
  });
}
