// The sign of the inbox in the top bar. Of all pages of this browser one listens and tells the others:
// a browser opens few connections to one address, and ten pages would leave none for anything else.
const CHANNEL = "rapport-inbox";
const AGAIN = 5000;
// First the page, then the news.
const LATER = 2000;

export function watchInbox() {
  const sign = document.querySelector("[data-inbox]");
  if (!sign) return;
  const others = new BroadcastChannel(CHANNEL);
  const key = `${CHANNEL}-${sign.dataset.of}`;
  let known;
  const show = (unread) => {
    known = unread;
    sessionStorage.setItem(key, unread);
    draw(sign, unread);
  };
  draw(sign, Number(sessionStorage.getItem(key)));
  others.addEventListener("message", ({ data }) => {
    if (data !== "?") show(data);
    else if (known !== undefined && listening) others.postMessage(known);
  });
  let listening = false;
  others.postMessage("?");
  const tell = (unread) => {
    show(unread);
    others.postMessage(unread);
  };
  // Held until this page is left; then the next one has it.
  const begin = () => navigator.locks?.request(CHANNEL, () => {
    listening = true;
    return new Promise(() => listen(sign.dataset.inbox, tell));
  });
  addEventListener("load", () => setTimeout(begin, LATER), { once: true });
  document.addEventListener("click", (event) => reads(event.target.closest("[data-reads]")));
}

function listen(address, told) {
  const source = new EventSource(address);
  source.addEventListener("message", (event) => told(JSON.parse(event.data).unread));
  source.addEventListener("error", () => {
    // One that was refused is over for the browser; the session may be there again.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(address, told), AGAIN);
  });
}

function draw(sign, unread) {
  const count = sign.querySelector(".dot-count");
  count.hidden = !unread;
  count.textContent = unread > 99 ? "99+" : String(unread);
}

// What is opened from the inbox is read.
function reads(link) {
  if (!link) return;
  const token = document.querySelector("[name=csrf_token]").value;
  fetch(link.dataset.reads, { method: "POST", keepalive: true, body: new URLSearchParams({ csrf_token: token }) }).catch(() => null);
}
