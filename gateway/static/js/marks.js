// Marked rows of a list: how many there are, and their cells for a spreadsheet.
export function watchMarks() {
  bar()?.addEventListener("click", (event) => {
    if (event.target.closest("[data-marks-copy]")) copy();
    if (event.target.closest("[data-marks-clear]")) clear();
  });
}

export function turn(row) {
  row.classList.toggle("marked");
  tell();
}

export function clear() {
  for (const row of marked()) row.classList.remove("marked");
  tell();
}

function bar() {
  return document.querySelector("[data-marks]");
}

function marked() {
  return [...document.querySelectorAll("table[data-rows] tr.marked")];
}

function tell() {
  const count = marked().length;
  if (!bar()) return;
  bar().hidden = count === 0;
  bar().querySelector("[data-marks-count]").textContent = String(count);
}

async function copy() {
  const lines = [document.querySelector("table[data-rows] thead tr"), ...marked()];
  const text = lines.map((row) => [...row.cells].map((cell) => cell.innerText.trim().replaceAll(/\s+/g, " ")).join("\t")).join("\n");
  await navigator.clipboard?.writeText(text).catch(() => null);
  clear();
}
