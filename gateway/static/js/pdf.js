// A PDF document drawn page by page. It is read as data by pdf.js, in a worker: the browser never opens
// it as a document of ours, and scripts in it are never run.
const MOST_PAGES = 100;
const SHARPEST = 2;
const place = document.querySelector("[data-pdf]");

async function show() {
  const reader = await import(place.dataset.reader);
  const folder = new URL(".", new URL(place.dataset.reader, location.href));
  reader.GlobalWorkerOptions.workerSrc = new URL("pdf.worker.min.mjs", folder).href;
  const pdf = await reader.getDocument({
    url: place.dataset.pdf,
    standardFontDataUrl: new URL("standard_fonts/", folder).href,
    wasmUrl: new URL("wasm/", folder).href,
    isEvalSupported: false,
    enableXfa: false,
  }).promise;
  place.replaceChildren();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      draw(pdf, target);
    }
  }, { root: place, rootMargin: "100%" });
  const first = (await pdf.getPage(1)).getViewport({ scale: 1 });
  for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES); number++) {
    const canvas = document.createElement("canvas");
    canvas.dataset.number = number;
    // Until it is drawn, a page is as large as the first one.
    [canvas.width, canvas.height] = [first.width, first.height];
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${place.dataset.page} ${number}`);
    place.append(canvas);
    watcher.observe(canvas);
  }
}

async function draw(pdf, canvas) {
  const page = await pdf.getPage(Number(canvas.dataset.number));
  const wide = page.getViewport({ scale: 1 }).width;
  const scale = (canvas.clientWidth / wide) * Math.min(devicePixelRatio, SHARPEST);
  const viewport = page.getViewport({ scale });
  [canvas.width, canvas.height] = [Math.ceil(viewport.width), Math.ceil(viewport.height)];
  await page.render({ canvas, viewport }).promise;
  canvas.dataset.drawn = "yes";
}

show().catch(() => {
  const told = document.createElement("p");
  told.className = "muted";
  told.textContent = place.dataset.unreadable;
  place.replaceChildren(told);
});
