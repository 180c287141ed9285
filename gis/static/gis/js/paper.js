/** A canvas whose pixels are read back at once. */

/**
 * It lies in the processor's memory: to read from the graphics card is to wait until all that it has been told is drawn.
 * @param {number} width @param {number} height pixels @returns {{canvas: OffscreenCanvas, context: object, pixels: () => ImageData}}
 */
export function paper(width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return { canvas, context, pixels: () => context.getImageData(0, 0, canvas.width, canvas.height) };
}
