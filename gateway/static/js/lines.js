// Repeating lines in a form: one more, one less, and one further up or down.
export function watchLines() {
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-add-line], [data-remove-line], [data-move-line]");
    if (!pressed) return;
    if ("addLine" in pressed.dataset) addLine(pressed.closest("[data-rows-of]"));
    if ("removeLine" in pressed.dataset) pressed.closest(".line").remove();
    if ("moveLine" in pressed.dataset) moveLine(pressed);
  });
}

function addLine(rows) {
  const lines = rows.querySelector("[data-lines]");
  const shape = rows.querySelector("template[data-line]");
  // Numbers only ever grow, so that a removed line never lends its name to a new one.
  const number = (Number(lines.dataset.next) || lines.children.length) + 1;
  lines.dataset.next = number;
  const holder = document.createElement("template");
  holder.innerHTML = shape.innerHTML.replaceAll("NUMBER", number);
  lines.append(holder.content);
  lines.lastElementChild.querySelector("input, select")?.focus();
  const most = Number(lines.dataset.most);
  if (most && lines.children.length >= most) rows.querySelector("[data-add-line]").hidden = true;
}

// The line changes its place and its number with its neighbour: the form is read by the numbers.
function moveLine(button) {
  const line = button.closest(".line");
  const up = button.dataset.moveLine === "up";
  const neighbour = up ? line.previousElementSibling : line.nextElementSibling;
  if (neighbour) {
    const field = line.closest("[data-rows-of]").dataset.rowsOf;
    const [mine, other] = [line, neighbour].map((each) => numberOf(each, field));
    renumber(line, field, mine, other);
    renumber(neighbour, field, other, mine);
    // The neighbour goes, so that what was pressed keeps the focus.
    if (up) line.after(neighbour);
    else line.before(neighbour);
  }
  tell(line);
}

function numberOf(line, field) {
  const named = line.querySelector(`[name^="${field}."]`);
  return named.name.slice(field.length + 1).split(".")[0];
}

function renumber(line, field, from, to) {
  const before = `${field}.${from}.`;
  for (const element of line.querySelectorAll("*")) {
    for (const attribute of element.attributes) {
      if (attribute.name !== "value" && attribute.value.includes(before)) {
        attribute.value = attribute.value.replaceAll(before, `${field}.${to}.`);
      }
    }
  }
}

function tell(line) {
  const lines = [...line.parentElement.children];
  const news = line.closest("[data-rows-of]").querySelector("[data-line-place]");
  news.textContent = news.dataset.linePlace
    .replace("NUMBER", lines.indexOf(line) + 1)
    .replace("TOTAL", lines.length);
}
