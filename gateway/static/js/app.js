// What every page does with JavaScript; each page works without it.
import { watchColumns } from "./columns.js";
import { watchCommands } from "./commands.js";
import { watchFiles } from "./files.js";
import { watchInbox } from "./inbox.js";
import { watchKeys } from "./keys.js";
import { watchLines } from "./lines.js";
import { watchLookups } from "./lookup.js";
import { watchMarks } from "./marks.js";
import { watchMentions } from "./mentions.js";

document.documentElement.classList.add("js");
watchColumns();
watchCommands();
watchFiles();
watchInbox();
watchKeys();
watchLines();
watchLookups();
watchMarks();
watchMentions();

// A notice belongs to one arrival, not to the address: a reload should not repeat it.
const address = new URL(location.href);
if (address.searchParams.has("notice")) {
  address.searchParams.delete("notice");
  history.replaceState(history.state, "", address);
}

// Nothing typed is lost by a stray click.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let touched = false;
  form.addEventListener("input", () => (touched = true));
  form.addEventListener("submit", () => (touched = false));
  addEventListener("beforeunload", (event) => touched && event.preventDefault());
}
