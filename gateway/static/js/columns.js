// The columns of a list in their order: moved by buttons or by hand, and told where they stand.
export function watchColumns() {
  const list = document.querySelector("[data-columns]");
  if (!list) return;
  list.addEventListener("click", (event) => {
    const pressed = event.target.closest("button[name=up], button[name=down]");
    if (!pressed) return;
    event.preventDefault();
    move(pressed.closest("li"), pressed.name === "up");
    pressed.focus();
  });
  watchDragging(list);
}

function move(item, up) {
  const neighbour = up ? item.previousElementSibling : item.nextElementSibling;
  // The neighbour goes, so that what was pressed keeps the focus.
  if (neighbour && up) item.after(neighbour);
  else if (neighbour) item.before(neighbour);
  tell(item);
}

function watchDragging(list) {
  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    dragged?.classList.add("dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
  });
  list.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    if (dragged) tell(dragged);
    dragged = null;
  });
}

function tell(item) {
  const items = [...item.parentElement.children];
  const news = item.closest("form").querySelector("[data-column-place]");
  news.textContent = news.dataset.columnPlace
    .replace("NUMBER", items.indexOf(item) + 1)
    .replace("TOTAL", items.length);
}
