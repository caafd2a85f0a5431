// Repeating lines in a form: one more, one less.
export function watchLines() {
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-line]");
    const remove = event.target.closest("[data-remove-line]");
    if (add) addLine(add.closest("[data-rows-of]"));
    if (remove) remove.closest(".line").remove();
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
}
