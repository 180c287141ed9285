/** A worker beside the page: it counts the seconds that the page can't count itself while it hangs. */

let last = performance.now();
setInterval(() => {
  const now = performance.now();
  postMessage({ gap: now - last });
  last = now;
}, 1_000);
