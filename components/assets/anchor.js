// A browser looks for the place that an address names (#program-...) before Streamlit has written the page, and gives
// up. Headings are found again by Streamlit; this finds what stands in lists. It stops when it has, or when a reader
// moves, and after half a minute.
(() => {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id) return;
  const stop = () => { watcher.disconnect(); clearTimeout(end); };
  const watcher = new MutationObserver(() => {
    const found = document.getElementById(id);
    if (!found || /^H[1-6]$/.test(found.tagName)) return;
    stop();
    for (let fold = found.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    // What stands above it may still grow.
    found.scrollIntoView();
    setTimeout(() => found.isConnected && found.scrollIntoView(), 500);
  });
  const end = setTimeout(stop, 30000);
  for (const moved of ["wheel", "touchmove", "keydown"]) addEventListener(moved, stop, { once: true, passive: true });
  watcher.observe(document.documentElement, { childList: true, subtree: true });
})();
