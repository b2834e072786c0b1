/* Behaviour of every page: menus, print, folded rows, error summaries, htmx. The content security
   policy forbids inline handlers; words come from data attributes of the templates. */

/* Errors are shown by our summary, in our words and language, not by the browser's bubbles. */
document.querySelectorAll("form[method=post]").forEach((form) => { form.noValidate = true; });
document.querySelector("[data-focus]")?.focus();

/* A page out of the history is shown to its reader alone: see PrivateMiddleware. */
addEventListener("pageshow", (event) => {
  const back = event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const { reader } = document.body.dataset;
  if (back && reader && !document.cookie.split("; ").includes(`reader=${reader}`)) location.reload();
});

/* Tabs that do not fit scroll; the one in which the page stands is in sight. */
document.querySelectorAll(".qt-tabs [aria-current], .qt-seg > [aria-current]").forEach((tab) => {
  const bar = tab.closest(".qt-tabs") || tab.parentElement;
  bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
});

/* What goes out under a letterhead is Vietnamese: another language prints the same page in Vietnamese and comes back. */
function printPage() {
  if (document.documentElement.lang === "vi" || !document.querySelector(".qt-printhead")) { window.print(); return; }
  const address = new URL(location);
  address.searchParams.set("paper", "vi");
  location.assign(address);
}
if (new URLSearchParams(location.search).get("paper") === "vi") {
  addEventListener("load", () => {
    addEventListener("afterprint", () => history.back(), { once: true });
    window.print();
  });
}

document.addEventListener("click", (event) => {
  const menu = event.target.closest("[data-menu]");
  if (menu) {
    const open = document.getElementById(menu.dataset.menu).classList.toggle("is-open");
    menu.setAttribute("aria-expanded", open);
  }
  if (event.target.closest("[data-print]")) printPage();
  const fold = event.target.closest("[data-fold]");
  if (fold) {
    const open = fold.getAttribute("aria-expanded") !== "true";
    fold.setAttribute("aria-expanded", open);
    fold.firstElementChild.className = open ? "bi bi-chevron-down" : "bi bi-chevron-right";
    document.querySelectorAll(`[data-part="${fold.dataset.fold}"]`).forEach((row) => { row.hidden = !open; });
  }
  closeDropdowns((dropdown) => !dropdown.contains(event.target));
});

/* A text that is pasted is not cut: the limit is said while typing, and by the server. Line breaks count two. */
function countCharacters(area) {
  if ("counted" in area.dataset) return;
  area.dataset.counted = "";
  const most = Number(area.dataset.most);
  const out = document.createElement("div");
  out.setAttribute("role", "status");
  const tell = () => {
    const length = area.value.trim().replace(/\n/g, "\r\n").length;
    out.hidden = area.tagName === "INPUT" ? length <= most : length < most * 0.8;
    out.className = length > most ? "qt-xs qt-t-miss" : "qt-xs qt-ink2";
    out.textContent = `${length.toLocaleString(document.documentElement.lang)}/${most.toLocaleString(document.documentElement.lang)} ${document.body.dataset.characters}`;
  };
  area.after(out);
  area.addEventListener("input", tell);
  tell();
}
document.addEventListener("htmx:load", (event) => {
  event.detail.elt.querySelectorAll("[data-most]").forEach(countCharacters);
});

/* A long list of boxes has a field that narrows it; what is ticked stays in sight. It has no name and is not sent. */
const MANY_BOXES = 12;
const bareText = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

function narrowing(rows) {
  const field = document.createElement("input");
  field.type = "search";
  field.className = "form-control form-control-sm w-auto";
  field.placeholder = document.body.dataset.narrow;
  field.setAttribute("aria-label", field.placeholder);
  field.addEventListener("input", () => {
    const words = bareText(field.value).split(/\s+/);
    rows.forEach((row) => {
      const text = bareText(row.textContent);
      row.hidden = !row.querySelector("input").checked && !words.every((word) => text.includes(word));
    });
    document.dispatchEvent(new Event("narrowed"));
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  return field;
}

document.querySelectorAll(`.form-check:nth-child(${MANY_BOXES + 1})`).forEach(({ parentElement: list }) => {
  const rows = [...list.querySelectorAll(":scope > .form-check")];
  if (list.tagName === "UL" || !rows.every((row) => row.querySelector("input[type=checkbox]"))) return;
  const field = narrowing(rows);
  field.classList.replace("w-auto", "mb-2");
  list.before(field);
});

document.querySelectorAll("[data-narrow-rows]").forEach((place) => {
  const rows = [...document.querySelectorAll("tbody > tr:has(input[type=checkbox][name])")];
  if (rows.length > MANY_BOXES) place.prepend(narrowing(rows));
});

/* A double click sends a form once. The mark goes after a while: an answer may be a download, which leaves the page. */
const SENT_FOR = 3000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if ("sent" in form.dataset) event.preventDefault();
  form.dataset.sent = "";
  setTimeout(() => { delete form.dataset.sent; }, SENT_FOR);
});

/* Dropdowns are <details data-dropdown>: they open without script and close here. */
function closeDropdowns(which) {
  document.querySelectorAll("details[data-dropdown][open]").forEach((dropdown) => {
    if (which(dropdown)) dropdown.open = false;
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details[data-dropdown][open]");
  closeDropdowns(() => true);
  open?.querySelector("summary").focus();
});

/* After logging in again in another tab the token of the page's forms is old; the cookie has the new one. */
function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? cookie.split("=")[1] : document.querySelector("[name=csrfmiddlewaretoken]").value;
}

/* Figures typed and not saved (sheet-cell.js) and verdicts not sent (review.js) stay in the browser until their user logs out. */
document.querySelectorAll("form[data-logout]").forEach((form) => form.addEventListener("submit", () => {
  window.addEventListener("pagehide", () => {
    try {
      Object.keys(localStorage).filter((key) => key.startsWith(form.dataset.logout)).forEach((key) => localStorage.removeItem(key));
    } catch { /* a browser without storage has kept nothing */ }
  });
}));

/* htmx: the token goes with every request; what fails is said in the message area. */
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
function report(word) {
  const place = document.getElementById("messages");
  if (!place) return;
  const note = document.createElement("div");
  const icon = document.createElement("i");
  note.className = "qt-note qt-note--miss";
  icon.className = "bi bi-x-octagon-fill";
  icon.setAttribute("aria-hidden", "true");
  note.append(icon, place.dataset[word]);
  place.replaceChildren(note);
  place.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:sendError", () => report("failed"));
document.addEventListener("htmx:responseError", (event) => {
  report([403, 404].includes(event.detail.xhr.status) ? "refused" : "failed");
});
/* A whole document in answer to a part is the login page: keep what stands here and say so. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!/^\s*<!doctype/i.test(event.detail.xhr.responseText) || event.detail.boosted) return;
  if (event.detail.xhr.status >= 400) return;
  event.detail.shouldSwap = false;
  report("ended");
});
