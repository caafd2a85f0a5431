// Marked rows of a list: how many there are, what is done with them, and their cells for a spreadsheet.
export function watchMarks() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-mark-all]")) markAll(event.target.checked);
    if (event.target.matches("[data-mark-all], [name=ids]")) tell();
    if (event.target.closest("[data-set]") && !event.target.matches("[name=set]")) tick(event.target);
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-set]") && !event.target.matches("[name=set]")) tick(event.target);
  });
  bar()?.addEventListener("click", (event) => {
    if (event.target.closest("[data-marks-copy]")) copy();
    if (event.target.closest("[data-marks-clear]")) clear();
  });
  tell();
}

export function turn(row) {
  const box = row.querySelector("[name=ids]");
  if (box) box.checked = !box.checked;
  tell();
}

export function clear() {
  markAll(false);
  tell();
}

function bar() {
  return document.querySelector("[data-marks]");
}

function boxes() {
  return [...document.querySelectorAll("table[data-rows] [name=ids]")];
}

function markAll(checked) {
  for (const box of boxes()) box.checked = checked;
}

function tell() {
  const marked = boxes().filter((box) => box.checked).length;
  const all = document.querySelector("[data-mark-all]");
  if (all) {
    all.checked = marked > 0 && marked === boxes().length;
    all.indeterminate = marked > 0 && !all.checked;
  }
  if (bar()) bar().querySelector("[data-marks-count]").textContent = String(marked);
}

// Whoever gives a field a value means to change it.
function tick(input) {
  input.closest("[data-set]").querySelector("[name=set]").checked = true;
}

async function copy() {
  const marked = boxes().filter((box) => box.checked).map((box) => box.closest("tr"));
  const lines = [document.querySelector("table[data-rows] thead tr"), ...marked];
  const cells = (row) => [...row.cells].filter((cell) => !cell.matches(".mark"));
  const text = lines.map((row) => cells(row).map((cell) => cell.innerText.trim().replaceAll(/\s+/g, " ")).join("\t")).join("\n");
  await navigator.clipboard?.writeText(text).catch(() => null);
  clear();
}
