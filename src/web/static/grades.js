// The grid of grades by keyboard: arrows move, also off a list of choices, which a letter or
// Alt and an arrow chooses from; letters set the grade, Enter goes down,
// and cells copied from a spreadsheet are spread from where they are pasted.
const grid = document.querySelector(".app-grid");

// A field is named by its learner and its column. The page names it by its column, which
// is the same in every row, so that thousands of them weigh little: the learner is put here.
grid?.querySelectorAll("tbody tr:not(.app-grid__fill)").forEach((row, place) => {
  row.cells[0].id = `l${place}`;
  for (const field of row.querySelectorAll("[aria-labelledby]")) {
    field.setAttribute("aria-labelledby", `l${place} ${field.getAttribute("aria-labelledby")}`);
  }
});

// A verdict is asked for of its own row alone: the form would send every learner's.
document.addEventListener("htmx:config:request", ({ target, detail }) => {
  const row = target.closest(".app-grid tbody tr");
  if (row) {
    const fields = [...document.querySelectorAll("#grid-token [name]"), ...row.querySelectorAll("[name]")];
    const body = new FormData();
    fields.forEach(({ name, value }) => body.append(name, value));
    detail.ctx.request.body = body;
  }
});

const fieldOf = (row, column) =>
  row?.cells[column]?.querySelector("input:not([type=hidden]), select");

function move(field, down, right) {
  const cell = field.closest("td");
  const row = cell.parentElement;
  const rows = [...row.parentElement.rows];
  const next = fieldOf(rows[rows.indexOf(row) + down], cell.cellIndex + right);
  next?.focus();
  next?.select?.();
  return Boolean(next);
}

function put(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function gradesOf(field) {
  const heading = grid.tHead.rows[0].cells[field.closest("td").cellIndex];
  return heading.dataset.grades?.split(" ") ?? [];
}

function isAtEdge(field, right) {
  const { value, selectionStart: from, selectionEnd: to } = field;
  return (from === 0 && to === value.length) || (right < 0 ? to === 0 : from === value.length);
}

grid?.addEventListener("focusin", ({ target }) => target.select?.());

grid?.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || !target.matches("input, select")) {
    return;
  }
  if (key === "Enter") {
    event.preventDefault();
    move(target, event.shiftKey ? -1 : 1, 0);
  } else if (key === "ArrowDown" || key === "ArrowUp") {
    event.preventDefault();
    move(target, key === "ArrowDown" ? 1 : -1, 0);
  } else if (key === "ArrowRight" || key === "ArrowLeft") {
    const right = key === "ArrowRight" ? 1 : -1;
    if ((target.matches("select") || isAtEdge(target, right)) && move(target, 0, right)) {
      event.preventDefault();
    }
  } else if (key.length === 1 && target.matches("input")) {
    const typed = key.toUpperCase();
    const grades = gradesOf(target);
    if (grades.includes(typed) && !grades.some((each) => each !== typed && each.startsWith(typed))) {
      event.preventDefault();
      put(target, typed);
      target.select();
    }
  }
});

grid?.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text").replace(/\r?\n$/, "");
  const start = event.target.closest("td");
  if (!start || !/[\t\n]/.test(text)) {
    return;
  }
  event.preventDefault();
  const rows = [...start.closest("tbody").rows];
  const first = rows.indexOf(start.parentElement);
  text.split(/\r?\n/).forEach((line, down) => {
    line.split("\t").forEach((value, right) => {
      const field = fieldOf(rows[first + down], start.cellIndex + right);
      if (field) {
        put(field, value.trim());
      }
    });
  });
});
