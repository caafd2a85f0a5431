// Keys on a list: j and k go down and up, x marks, e edits, / searches, ? tells them all.
import { clear, turn } from "./marks.js";

export function watchKeys() {
  const table = document.querySelector("table[data-rows]");
  const help = document.getElementById("keys");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?") return help?.showModal();
    if (event.key === "/") return focus(document.querySelector(".search-line input"), event);
    if (table) walk(event, [...table.querySelectorAll("tbody .row-link")]);
  });
}

function walk(event, links) {
  const at = links.indexOf(document.activeElement);
  if (event.key === "j") focus(links[Math.min(at + 1, links.length - 1)], event);
  if (event.key === "k") focus(links[Math.max(at - 1, 0)], event);
  if (event.key === "x" && at >= 0) turn(links[at].closest("tr"));
  if (event.key === "Escape") clear();
  if (event.key === "e" && at >= 0) location.assign(`${links[at].pathname}/edit`);
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]");
}

function focus(target, event) {
  if (!target) return;
  event.preventDefault();
  target.focus();
}
