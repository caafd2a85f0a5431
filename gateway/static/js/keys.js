// Keys on a list: j and k go down and up, Enter opens, e edits, / searches.
export function watchKeys() {
  const table = document.querySelector("table[data-rows]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") return focus(document.querySelector(".search-line input"), event);
    if (!table || document.querySelector("dialog[open]")) return;
    const links = [...table.querySelectorAll("tbody .row-link")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "j") focus(links[Math.min(at + 1, links.length - 1)], event);
    if (event.key === "k") focus(links[Math.max(at - 1, 0)], event);
    if (event.key === "e" && at >= 0) location.assign(`${links[at].pathname}/edit`);
  });
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]");
}

function focus(target, event) {
  if (!target) return;
  event.preventDefault();
  target.focus();
}
