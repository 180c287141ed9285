// Runs before the first paint, so that a light page never flashes dark. Not a module on purpose: modules wait.
(function () {
  var kept = null;
  try { kept = localStorage.getItem('wangge.theme'); } catch (refused) { kept = null; }
  var light = kept === 'light' || (kept !== 'dark' && matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
})();
