// One movie in viv's multiscale layer on deck.gl, with functions for the bench.
import { ColorPaletteExtension, loadOmeZarr, MultiscaleImageLayer } from "@hms-dbmi/viv";
import { Deck, OrthographicView } from "deck.gl";

const zarr = new globalThis.URLSearchParams(globalThis.location.search).get("zarr");
const { data } = await loadOmeZarr(zarr, { type: "multiscales" });
const { shape, labels } = data[0];
const [height, width] = [shape[labels.indexOf("y")], shape[labels.indexOf("x")]];
const hasChannels = labels.includes("c");

const layer = (t) =>
  new MultiscaleImageLayer({
    id: "image",
    loader: data,
    selections: [hasChannels ? { t, c: 0 } : { t }],
    contrastLimits: [[0, 20000]],
    channelsVisible: [true],
    colors: [[255, 255, 255]],
    extensions: [new ColorPaletteExtension()],
  });
const view = (y, x, zoom) => ({ target: [x, y, 0], zoom: Math.log2(zoom) });

const deck = new Deck({
  canvas: "view",
  views: [new OrthographicView({ id: "view", controller: false })],
  viewState: { view: view(height / 2, width / 2, 0.48) },
  layers: [layer(0)],
});

/** Draws now and waits for the card. */
function draw() {
  deck.redraw("bench");
  const gl = globalThis.document.getElementById("view").getContext("webgl2");
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
}
const nextFrame = () => new Promise((resolve) => globalThis.requestAnimationFrame(resolve));
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Until all tiles of the view are there. */
async function whenLoaded() {
  const layers = () => deck.layerManager?.getLayers() ?? [];
  while (layers().length < 2 || !layers().every(({ isLoaded }) => isLoaded)) await nextFrame();
}

globalThis.vivPage = {
  ready: whenLoaded().then(draw),
  async pan(zoom) {
    deck.setProps({ viewState: { view: view(height / 2, width / 2, zoom) } });
    await rest(1500);
    const times = [];
    let last = await nextFrame();
    for (let i = 0; i < 30; i++) {
      const angle = (i / 30) * 2 * Math.PI;
      const [y, x] = [height / 2 + 100 * Math.sin(angle), width / 2 + 100 * Math.cos(angle)];
      deck.setProps({ viewState: { view: view(y, x, zoom) } });
      draw();
      const now = await nextFrame();
      times.push(now - last);
      last = now;
    }
    return times.slice(2);
  },
  async showFrames(frames) {
    const times = [];
    for (const t of frames) {
      const start = performance.now();
      deck.setProps({ layers: [layer(t)] });
      await nextFrame();
      await whenLoaded();
      draw();
      times.push(performance.now() - start);
    }
    return times;
  },
};
