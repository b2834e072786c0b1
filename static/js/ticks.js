/* Lists with boxes to tick: one box for all that are in sight, one value for every field of a
   column, reasons where a verdict asks for one. Without this file each box is ticked by hand. */
document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });

document.querySelectorAll("[data-tick]").forEach((all) => {
  const boxes = [...document.querySelectorAll(all.dataset.tick)];
  const inSight = () => boxes.filter((box) => !box.closest("[hidden]"));
  const tell = () => {
    const seen = inSight();
    const ticked = seen.filter((box) => box.checked).length;
    all.checked = seen.length > 0 && ticked === seen.length;
    all.indeterminate = ticked > 0 && ticked < seen.length;
  };
  all.addEventListener("change", () => {
    inSight().forEach((box) => { box.checked = all.checked; });
    document.dispatchEvent(new Event("ticked"));
  });
  ["change", "ticked", "narrowed"].forEach((event) => document.addEventListener(event, tell));
  tell();
});

document.querySelectorAll("[data-fill]").forEach((button) => button.addEventListener("click", () => {
  const value = document.getElementById(button.dataset.fill).value;
  document.querySelectorAll("table input.n").forEach((field) => { field.value = value; });
}));

/* A reason is typed where a verdict asks for one. */
const judged = document.querySelector("form[data-needs]");
if (judged) {
  const needs = judged.dataset.needs.split(" ");
  const tell = (row) => {
    const chosen = row.querySelector("input[type=radio]:checked");
    const why = row.querySelector(".qt-why-not");
    if (!why) return;
    const asked = chosen && [...needs, row.dataset.needs].includes(chosen.value);
    why.hidden = !asked && !row.querySelector(".is-invalid");
  };
  judged.querySelectorAll("tr[data-row]").forEach((row) => {
    row.addEventListener("change", () => {
      tell(row);
    });
    tell(row);
  });
}

/* What is chosen is shown at once; without this file the button beside it does. */
document.querySelectorAll("[data-show]").forEach((choice) => choice.addEventListener("change", () => {
  choice.form.requestSubmit();
}));
