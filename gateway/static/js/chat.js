// The chat: new messages come over a WebSocket; what is written is sent without leaving the page.
const chat = document.querySelector("[data-chat]");
const list = chat?.querySelector("[data-messages]");
const state = chat?.querySelector("[data-live-state]");
const form = chat?.querySelector("[data-say]");
const names = new Map();
let pause = 1000;

if (chat) {
  for (const message of list?.querySelectorAll("[data-author]") ?? []) {
    names.set(message.dataset.author, message.querySelector(".avatar").cloneNode(true));
  }
  toEnd();
  listen();
  form?.querySelector("textarea").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form?.addEventListener("submit", (event) => send(event));
}

function listen() {
  const socket = new WebSocket(new URL(chat.dataset.live, location.href.replace(/^http/, "ws")));
  socket.addEventListener("open", () => {
    pause = 1000;
    state?.setAttribute("hidden", "");
  });
  socket.addEventListener("message", (event) => arrived(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    if (state) {
      state.hidden = false;
      state.textContent = "Not live: reload to see what is new";
    }
    setTimeout(async () => {
      await refresh();
      listen();
    }, pause);
    pause = Math.min(pause * 2, 30000);
  });
}

function arrived(frame) {
  const message = frame.message ?? frame;
  if (!message.room_id || !message.text) return;
  if (message.room_id !== chat.dataset.room) return mark(message.room_id);
  if (list.querySelector(`[data-message="${CSS.escape(message.id)}"]`)) return;
  // A name that this page has not shown yet is the server's to write.
  if (!names.has(message.author_id)) return refresh();
  list.querySelector(".none-yet")?.remove();
  list.append(drawn(message));
  toEnd();
  if (message.author_id !== chat.dataset.me) read();
}

// Read while somebody looks; what came behind their back is read when they come back.
function read() {
  if (document.hidden) return document.addEventListener("visibilitychange", read, { once: true });
  const token = form.querySelector("[name=csrf_token]").value;
  fetch(`/chat/${chat.dataset.room}/read`, { method: "POST", body: new URLSearchParams({ csrf_token: token }) }).catch(() => null);
}

function drawn(message) {
  const item = document.querySelector("[data-message-shape]").content.cloneNode(true).firstElementChild;
  const face = names.get(message.author_id).cloneNode(true);
  const sent = new Date(message.sent_at ?? Date.now());
  item.dataset.message = message.id;
  item.dataset.author = message.author_id;
  item.classList.toggle("again", list.lastElementChild?.dataset.author === message.author_id);
  item.querySelector(".avatar").replaceWith(face);
  item.querySelector("strong").textContent = face.title;
  item.querySelector("time").dateTime = sent.toISOString();
  item.querySelector("time").textContent = sent.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  item.querySelector(".message-text").textContent = message.text;
  return item;
}

function mark(room) {
  const link = chat.querySelector(`[data-room-link="${CSS.escape(room)}"]`);
  if (!link) return refresh();
  const badge = link.querySelector(".badge") ?? link.appendChild(Object.assign(document.createElement("span"), { className: "badge blue", textContent: "0" }));
  badge.textContent = String((Number.parseInt(badge.textContent, 10) || 0) + 1);
}

async function send(event) {
  event.preventDefault();
  const text = form.querySelector("textarea");
  if (!text.value.trim()) return;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  // What was typed stays until it has arrived.
  if (!answer?.ok) return form.submit();
  text.value = "";
  show(await answer.text());
}

async function refresh() {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) show(await answer.text());
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-messages]");
  const rooms = page.querySelector(".rooms nav");
  if (fresh && list) list.replaceChildren(...fresh.children);
  if (rooms) chat.querySelector(".rooms nav").replaceWith(rooms);
  for (const message of list?.querySelectorAll("[data-author]") ?? []) {
    names.set(message.dataset.author, message.querySelector(".avatar").cloneNode(true));
  }
  toEnd();
}

function toEnd() {
  if (list) list.scrollTop = list.scrollHeight;
}
