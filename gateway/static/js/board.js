// The board: cards move by mouse, by touch through their menu, and by keyboard.
const board = document.querySelector("[data-board]");
const news = document.querySelector("[data-board-news]");
const dialog = document.getElementById("reason");
const HOLD = 300;
let held = null;
let press = 0;

if (board) {
  board.querySelector(".board-card")?.setAttribute("tabindex", "0");
  board.addEventListener("dragstart", (event) => lift(event));
  board.addEventListener("dragend", () => drop());
  board.addEventListener("dragover", (event) => hover(event));
  board.addEventListener("drop", (event) => land(event));
  board.addEventListener("keydown", (event) => walk(event));
  board.addEventListener("touchstart", (event) => touch(event), { passive: true });
  // Not passive: while a card is held, the finger moves it and not the page.
  board.addEventListener("touchmove", (event) => carry(event), { passive: false });
  board.addEventListener("touchend", (event) => put(event));
  board.addEventListener("touchcancel", () => letGo());
  board.addEventListener("contextmenu", (event) => held && event.preventDefault());
}

function touch(event) {
  const card = event.target.closest(".board-card");
  if (!card || event.touches.length > 1 || event.target.closest(".board-move")) return;
  press = setTimeout(() => {
    held = card;
    card.classList.add("held");
    navigator.vibrate?.(10);
  }, HOLD);
}

function under(event) {
  const finger = event.changedTouches[0];
  return document.elementFromPoint(finger.clientX, finger.clientY)?.closest(".board-column");
}

function carry(event) {
  clearTimeout(press);
  if (!held) return;
  event.preventDefault();
  const { clientX } = event.changedTouches[0];
  const edge = 48;
  if (clientX < edge) board.scrollBy(-12, 0);
  if (clientX > innerWidth - edge) board.scrollBy(12, 0);
  light(under(event));
}

function put(event) {
  const [card, column] = [held, held && under(event)];
  letGo();
  if (!card) return;
  event.preventDefault();
  if (column && card.closest(".board-column") !== column) move(card, column);
}

function letGo() {
  clearTimeout(press);
  drop();
}

function light(column) {
  board.querySelectorAll(".over").forEach((each) => each !== column && each.classList.remove("over"));
  column?.classList.add("over");
}

function lift(event) {
  held = event.target.closest?.(".board-card");
  if (!held) return;
  held.classList.add("held");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.dataset.card);
}

function drop() {
  held?.classList.remove("held");
  held = null;
  board.querySelectorAll(".over").forEach((column) => column.classList.remove("over"));
}

function hover(event) {
  const column = event.target.closest(".board-column");
  if (!held || !column) return;
  event.preventDefault();
  light(column);
}

function land(event) {
  const column = event.target.closest(".board-column");
  if (!held || !column) return;
  event.preventDefault();
  const card = held;
  drop();
  if (card.closest(".board-column") !== column) move(card, column);
}

function walk(event) {
  const card = event.target.closest(".board-card");
  if (!card || event.target !== card) return;
  const columns = [...board.querySelectorAll(".board-column")];
  const at = columns.indexOf(card.closest(".board-column"));
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && event.shiftKey && columns[at + step]) move(card, columns[at + step]);
  else if (step) turnTo(nearest(columns, at, step, card));
  else if (event.key === "ArrowDown") turnTo(card.nextElementSibling);
  else if (event.key === "ArrowUp") turnTo(card.previousElementSibling);
  else if (event.key === "Enter") card.querySelector("a").click();
  else return;
  event.preventDefault();
}

function nearest(columns, at, step, card) {
  const row = [...card.parentElement.children].indexOf(card);
  for (let next = at + step; columns[next]; next += step) {
    const cards = columns[next].querySelectorAll(".board-card");
    if (cards.length) return cards[Math.min(row, cards.length - 1)];
  }
  return null;
}

function turnTo(card) {
  if (!card) return;
  board.querySelectorAll(".board-card[tabindex='0']").forEach((each) => each.setAttribute("tabindex", "-1"));
  card.setAttribute("tabindex", "0");
  card.focus();
}

async function move(card, column) {
  let reason = "";
  if (column.hasAttribute("data-asks-reason") && !(reason = await askReason(card, column, ""))) return;
  let answer = await send(card, column, reason);
  while (answer?.fields?.reason) {
    reason = await askReason(card, column, answer.fields.reason);
    if (!reason) return;
    answer = await send(card, column, reason);
  }
  if (answer) return tell(answer.message);
  tell(`${card.querySelector("a").textContent}: ${column.dataset.name}`);
  // The totals are the server's; what changed is small enough to ask for the page again.
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.querySelector("[data-board]");
  if (fresh) board.replaceChildren(...fresh.children);
  turnTo(board.querySelector(`[data-card="${card.dataset.card}"]`));
}

// Nothing when it moved; what is wrong otherwise.
async function send(card, column, reason) {
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRF-Token"];
  const answer = await fetch(`${board.dataset.boardOf}/${card.dataset.card}/move`, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRF-Token": token },
    body: new URLSearchParams({ to: column.dataset.column, reason, csrf_token: token }),
  }).catch(() => null);
  if (answer?.ok) return null;
  return (await answer?.json().catch(() => null)) ?? { message: "The move did not arrive. Try again." };
}

function askReason(card, column, wrong) {
  const text = dialog.querySelector("textarea");
  dialog.querySelector("[data-reason-for]").textContent = `${card.querySelector("a").textContent} → ${column.dataset.name}`;
  const error = dialog.querySelector("[data-reason-error]");
  error.textContent = wrong;
  error.hidden = !wrong;
  dialog.returnValue = "";
  dialog.showModal();
  text.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "move" ? text.value.trim() : ""), { once: true });
  });
}

function tell(words) {
  news.className = "toast";
  news.textContent = words;
}
