// Names after an @ in a text: the people whose names begin so, written as a mention when one is chosen.
const BEGUN = /(?:^|\s)@([\p{L}\p{M}][\p{L}\p{M}.'’ -]{0,40})$/u;
const SOON = 150;
let count = 0;

export function watchMentions() {
  document.addEventListener("focusin", (event) => {
    const text = event.target.closest?.("textarea[data-mentions]");
    if (text && !text.dataset.ready) prepare(text);
  });
}

function prepare(text) {
  const list = document.createElement("ul");
  list.id = `mentions-${++count}`;
  list.className = "options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.labels?.[0]?.textContent.trim() || "@");
  list.hidden = true;
  text.after(list);
  text.dataset.ready = "yes";
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", list.id);
  const box = { text, list, wait: 0, asked: 0 };
  text.addEventListener("input", () => typed(box));
  text.addEventListener("keydown", (event) => pressed(box, event));
  text.addEventListener("blur", () => setTimeout(() => shut(box), SOON));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => take(box, event.target.closest("[data-id]")));
}

function begun(box) {
  return BEGUN.exec(box.text.value.slice(0, box.text.selectionStart))?.[1];
}

function typed(box) {
  clearTimeout(box.wait);
  const name = begun(box);
  if (name === undefined) shut(box);
  else box.wait = setTimeout(() => ask(box, name), SOON);
}

async function ask(box, name) {
  const turn = ++box.asked;
  const query = new URLSearchParams({ entity: box.text.dataset.mentions, q: name.trim() });
  const answer = await fetch(`/web/lookup?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || turn !== box.asked) return;
  box.list.innerHTML = await answer.text();
  const options = [...box.list.querySelectorAll("[data-id]")];
  box.list.querySelectorAll(":not([data-id])").forEach((other) => other.remove());
  options.forEach((option, index) => (option.id = `${box.list.id}-${index}`));
  box.list.hidden = options.length === 0;
  if (options.length) mark(box, options, 0);
}

function pressed(box, event) {
  if (box.list.hidden) return;
  const options = [...box.list.querySelectorAll("[data-id]")];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") mark(box, options, Math.min(at + 1, options.length - 1));
  else if (event.key === "ArrowUp") mark(box, options, Math.max(at - 1, 0));
  else if (event.key === "Enter" || event.key === "Tab") take(box, options[at]);
  else if (event.key === "Escape") shut(box);
  else return;
  event.preventDefault();
}

function mark(box, options, at) {
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  if (!options[at]) return;
  box.text.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
}

function take(box, option) {
  const name = begun(box);
  if (!option || name === undefined) return;
  const at = box.text.selectionStart;
  const called = option.textContent.replace(/[[\]\n]/g, " ").trim();
  box.text.setRangeText(`@[${called}](${option.dataset.id}) `, at - name.length - 1, at, "end");
  box.text.dispatchEvent(new Event("input", { bubbles: true }));
  shut(box);
}

function shut(box) {
  box.asked += 1;
  clearTimeout(box.wait);
  box.list.hidden = true;
  box.text.removeAttribute("aria-activedescendant");
}
