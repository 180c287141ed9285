// Dark or light, kept under the same name as on the map page.
(function () {
  'use strict';
  const root = document.documentElement;
  const button = document.getElementById('theme');
  if (!button) return;
  button.addEventListener('click', () => {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('wangge.theme', root.dataset.theme); } catch (refused) { /* the choice holds for this page */ }
  });
}());
