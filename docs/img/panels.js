// Pictures put together from panels.

/**
 * A canvas of one grey, 0..255, height x width px.
 *
 * @returns {import("../../dist/draw/canvas.js").Canvas}
 */
export const plainCanvas = (height, width, grey = 255) => ({
  height,
  width,
  samples: 3,
  data: new Uint8Array(height * width * 3).fill(grey),
});

/** Lays an RGB picture onto a canvas that it fits on, its top left pixel at (top, left). */
export function paste(canvas, { height, width, data }, top, left) {
  for (let y = 0; y < height; y++)
    canvas.data.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * canvas.width + left) * 3);
}

/** RGB pictures of one size in a row on white, 8 px apart. */
export function sideBySide(panels) {
  const gap = 8;
  const [{ height, width }] = panels;
  const canvas = plainCanvas(height, panels.length * (width + gap) - gap);
  panels.forEach((panel, index) => paste(canvas, panel, 0, index * (width + gap)));
  return canvas;
}
