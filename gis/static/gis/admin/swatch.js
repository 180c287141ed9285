/** Draws how a layer of staff will look while somebody chooses its style; colours are the tokens of the page. */
(() => {
  const SVG = 'http://www.w3.org/2000/svg';

  function shape(kind, attributes, style) {
    const node = document.createElementNS(SVG, kind);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    Object.assign(node.style, style);
    return node;
  }

  function drawn({ geometry, colour, size, width, opacity }) {
    const ink = `var(--${colour})`;
    const parts = [];
    if (geometry === 'fill' || geometry === 'mixed') {
      const d = 'M20 76V34L58 18L104 30L96 72Z';
      parts.push(shape('path', { d }, { fill: ink, fillOpacity: opacity }), shape('path', { d }, { fill: 'none', stroke: ink, strokeWidth: width }));
    }
    if (geometry === 'line' || geometry === 'mixed') parts.push(shape('path', { d: 'M112 78L140 40L176 54L226 22' }, { fill: 'none', stroke: ink, strokeWidth: width }));
    if (geometry === 'point' || geometry === 'mixed') {
      for (const [cx, cy] of [[150, 70], [190, 34], [216, 62]]) {
        parts.push(shape('circle', { cx, cy, r: size }, { fill: ink, fillOpacity: opacity, stroke: 'var(--m-halo)', strokeWidth: 1.2 }));
      }
    }
    return parts;
  }

  function start() {
    const swatch = document.getElementById('swatch');
    if (!swatch) return;
    const asked = (name) => document.querySelector(`[name="${name}"]:checked, input[name="${name}"]:not([type=radio])`)?.value || swatch.dataset[name];
    const draw = () => swatch.replaceChildren(...drawn({
      geometry: swatch.dataset.geometry, colour: asked('colour'), size: asked('size'), width: asked('width'), opacity: asked('opacity'),
    }));
    for (const radio of document.querySelectorAll('input[name="colour"]')) {
      const chip = document.createElement('span');
      chip.className = 'colour-chip';
      chip.style.background = `var(--${radio.value})`;
      radio.after(chip);
    }
    document.addEventListener('input', draw);
    draw();
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
