/* A form of a row whose kind says which fields it reads: the others are put away. Without this file all of them are
   there, and the server keeps none that the kind does not read. */
const kind = document.querySelector("select[name=kind]");
const fields = [...document.querySelectorAll("[data-kinds]")];
if (kind && fields.length) {
  const tell = () => fields.forEach((field) => {
    field.closest("[id^=div_id_]").hidden = !field.dataset.kinds.split(" ").includes(kind.value);
  });
  kind.addEventListener("change", tell);
  tell();
}
