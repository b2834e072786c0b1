/* Choosing an indicator brings comparator and rhythm of the catalogue, until they are chosen by hand. Without this
   file the form says «as in the catalogue», and saves the same. */
document.querySelectorAll("select[data-defaults]").forEach((choice) => {
  const defaults = JSON.parse(choice.dataset.defaults);
  const names = Object.keys(Object.values(defaults)[0] ?? {});
  const follow = new Set(names.map((name) => choice.form.elements[name]).filter((field) => !field.value));
  follow.forEach((field) => field.addEventListener("change", () => follow.delete(field)));
  choice.addEventListener("change", () => follow.forEach((field) => {
    field.value = defaults[choice.value]?.[field.name] ?? "";
  }));
});
