// Type-ahead for references: a combobox whose options the server writes.
let count = 0;

export function watchLookups() {
  document.addEventListener("focusin", (event) => {
    const input = event.target.closest?.("[data-lookup-text]");
    if (input && !input.dataset.ready) prepare(input);
  });
  document.addEventListener("change", (event) => {
    const place = event.target.dataset.lookupSwitch;
    if (!place) return;
    const lookup = document.getElementById(place);
    lookup.dataset.lookup = event.target.selectedOptions[0].dataset.target;
    lookup.querySelectorAll("input").forEach((input) => (input.value = ""));
  });
}

function prepare(input) {
  const lookup = input.closest("[data-lookup]");
  const list = document.createElement("ul");
  list.id = `options-${++count}`;
  list.className = "options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() || input.placeholder);
  list.hidden = true;
  lookup.append(list);
  input.dataset.ready = "yes";
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
  const box = { input, lookup, list, wait: 0, asked: 0 };
  input.addEventListener("input", () => typed(box));
  input.addEventListener("click", () => list.hidden && ask(box, ""));
  input.addEventListener("keydown", (event) => pressed(box, event));
  input.addEventListener("blur", () => setTimeout(() => lookup.contains(document.activeElement) || shut(box), 150));
  list.addEventListener("mousedown", (event) => event.target.closest("[role=option]") && event.preventDefault());
  list.addEventListener("click", (event) => take(box, event.target.closest("[role=option]")));
}

function typed(box) {
  const id = box.lookup.querySelector("[data-lookup-id]");
  if (id) id.value = "";
  clearTimeout(box.wait);
  box.wait = setTimeout(() => ask(box, box.input.value), 150);
}

async function ask(box, words) {
  const turn = ++box.asked;
  const query = new URLSearchParams({ entity: box.lookup.dataset.lookup, q: words });
  const answer = await fetch(`/web/lookup?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || turn !== box.asked) return;
  box.list.innerHTML = await answer.text();
  box.list.querySelectorAll("[role=option]").forEach((option, index) => (option.id = `${box.list.id}-${index}`));
  box.list.hidden = false;
  box.input.setAttribute("aria-expanded", "true");
}

function pressed(box, event) {
  const options = [...box.list.querySelectorAll("[role=option]")];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" && box.list.hidden) ask(box, box.input.value);
  else if (event.key === "ArrowDown") mark(box, options, Math.min(at + 1, options.length - 1));
  else if (event.key === "ArrowUp") mark(box, options, Math.max(at - 1, 0));
  else if (event.key === "Enter" && !box.list.hidden && at >= 0) take(box, options[at]);
  else if (event.key === "Escape" && !box.list.hidden) shut(box);
  else return;
  event.preventDefault();
}

function mark(box, options, at) {
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  if (!options[at]) return;
  box.input.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
}

function take(box, option) {
  if (!option) return;
  const many = box.lookup.dataset.lookupMany;
  if (many) {
    addChip(box, many, option);
    box.input.value = "";
  } else {
    box.lookup.querySelector("[data-lookup-id]").value = option.dataset.id;
    box.input.value = option.textContent;
  }
  box.input.dispatchEvent(new Event("change", { bubbles: true }));
  shut(box);
}

function addChip(box, name, option) {
  const chip = document.createElement("label");
  chip.className = "chip";
  const tick = Object.assign(document.createElement("input"), { type: "checkbox", name, value: option.dataset.id, checked: true });
  const text = document.createElement("span");
  text.textContent = option.textContent;
  chip.append(tick, text);
  box.lookup.querySelector("[data-lookup-chosen]").append(chip);
}

function shut(box) {
  box.list.hidden = true;
  box.input.setAttribute("aria-expanded", "false");
  box.input.removeAttribute("aria-activedescendant");
}
