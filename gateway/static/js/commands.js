// The command menu: opened by Ctrl K, moved through by arrows, followed by Enter.
export function watchCommands() {
  const dialog = document.getElementById("commands");
  if (!dialog) return;
  const words = dialog.querySelector("input");
  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    words.select();
    words.dispatchEvent(new Event("open"));
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-opens=commands]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => walk(event, dialog, words));
}

function walk(event, dialog, words) {
  const links = [...dialog.querySelectorAll(".command-results a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? links[at - 1] : words).focus();
  else if (event.key === "Enter" && document.activeElement === words && links[0]) links[0].click();
  else return;
  event.preventDefault();
}
