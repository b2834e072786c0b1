/* Two people on one sheet: says that one is here, shows who else is, and brings in what others have saved –
   never into a line in which something is typed; that becomes a choice between two when it is saved. */
const LIVE_EVERY = 20000;

function startLive(cells) {
  const here = document.getElementById("here");
  let mark = "";
  let line = "";
  grid.addEventListener("row:entered", (event) => { line = event.detail; });

  async function ask() {
    try {
      const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
      const answer = await fetch(`${grid.dataset.live}?mark=${mark}`, { method: "POST", body: new URLSearchParams({ line }), headers, redirect: "manual" });
      if (answer.status !== 200) return;
      const found = await answer.json();
      mark = found.mark;
      tellPeople(found.people);
      tellClosed(found.closed);
      document.getElementById("sheet-state").innerHTML = found.sheet;
      if (found.cells) await bring(found.cells);
    } catch { /* the line is down: what is typed says so itself */ }
  }

  function tellPeople(people) {
    here.hidden = !people.length;
    const names = people.map((present) => {
      const on = present.line && grid.querySelector(`#c${present.line} .qt-line`);
      return on ? `${present.name} (${on.firstChild.textContent.trim()})` : present.name;
    });
    here.querySelector("span").textContent = `${names.join(", ")} – ${here.dataset.words}`;
  }

  function tellClosed(text) {
    const note = document.getElementById("stands");
    note.hidden = !text;
    note.querySelector("[data-text]").textContent = text;
  }

  async function bring(marks) {
    const changed = [...cells.values()].filter((cell) => {
      const seen = cell.field("seen").value.split(":")[0];
      return seen !== (marks[cell.key] || "") && !cell.dirty && !cell.running;
    });
    if (!changed.length) return;
    const answer = await fetch(`${grid.dataset.cells}?only=${changed.map((cell) => cell.key).join(",")}`, { redirect: "manual" });
    if (answer.status !== 200) return;
    const found = (await answer.json()).cells;
    changed.filter((cell) => found[cell.key] && !cell.dirty && !cell.running).forEach((cell) => {
      cell.replace(found[cell.key]);
      const by = document.createElement("small");
      by.textContent = found[cell.key].by;
      cell.row.querySelector("[data-mark]").append(by);
    });
  }

  ask();
  setInterval(ask, LIVE_EVERY);
  window.addEventListener("focus", ask);
}
