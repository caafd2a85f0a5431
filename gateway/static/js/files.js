// Files dropped on a record, or chosen: sent one after the other, each with how far it is.
const AT_ONCE = 2;

export function watchFiles() {
  for (const zone of document.querySelectorAll("[data-drop]")) prepare(zone);
  // A file that misses the zone would replace the page.
  for (const kind of ["dragover", "drop"]) {
    addEventListener(kind, (event) => hasFiles(event) && event.preventDefault());
  }
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

function prepare(zone) {
  const line = { zone, waiting: [], under_way: 0, sent: false };
  const input = zone.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    take(line, input.files);
    input.value = "";
  });
  zone.addEventListener("dragover", (event) => zone.classList.toggle("over", hasFiles(event)));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("over");
    const files = [...event.dataTransfer.files];
    take(line, input.multiple ? files : files.slice(0, 1));
  });
}

function take(line, files) {
  for (const file of files) {
    const shown = show(line.zone, file);
    const wrong = unfit(line.zone, file);
    if (wrong) fail(shown, wrong);
    else line.waiting.push([file, shown]);
  }
  next(line);
}

function unfit(zone, file) {
  if (file.size > Number(zone.dataset.largest)) return zone.dataset.tooLarge;
  return file.size ? "" : zone.dataset.empty;
}

function show(zone, file) {
  const entry = document.createElement("li");
  const name = document.createElement("span");
  const bar = document.createElement("progress");
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `${zone.dataset.coming}: ${file.name}`);
  entry.append(name, bar);
  zone.querySelector(".coming").append(entry);
  return { entry, bar };
}

function next(line) {
  while (line.under_way < AT_ONCE && line.waiting.length) {
    line.under_way += 1;
    send(line, ...line.waiting.shift());
  }
  if (!line.under_way && !line.waiting.length && line.sent) refresh(line);
}

// The list shows what there is now; what was refused stays to be read.
async function refresh(line) {
  line.sent = false;
  const list = line.zone.parentElement.querySelector(".files");
  if (!list) return location.reload();
  const here = line.zone.dataset.drop.replace("/api/v1", "");
  const answer = await fetch(here, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return location.reload();
  list.innerHTML = await answer.text();
  globalThis.htmx?.process(list);
  line.zone.querySelectorAll(".coming .done").forEach((entry) => entry.remove());
}

function send(line, file, shown) {
  const { drop, token, version } = line.zone.dataset;
  const request = new XMLHttpRequest();
  const query = version ? "" : `?${new URLSearchParams({ name: file.name })}`;
  request.open("POST", drop + query);
  request.setRequestHeader("X-CSRF-Token", token);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("Idempotency-Key", crypto.randomUUID?.() ?? String(Math.random()));
  if (version) request.setRequestHeader("If-Match", `"${version}"`);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
  });
  request.addEventListener("loadend", () => ended(line, request, shown));
  request.send(file);
}

function ended(line, request, shown) {
  line.under_way -= 1;
  if (request.status === 201) {
    line.sent = true;
    shown.bar.value = 1;
    shown.entry.classList.add("done");
  } else fail(shown, told(request) || line.zone.dataset.brokeOff);
  next(line);
}

function told(request) {
  try {
    const problem = JSON.parse(request.responseText);
    return Object.values(problem.errors ?? {}).join(" ") || problem.detail;
  } catch {
    return "";
  }
}

function fail(shown, reason) {
  const why = document.createElement("span");
  why.className = "refused";
  why.textContent = reason;
  shown.bar.replaceWith(why);
}
