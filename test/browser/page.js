/** What the test runs in the browser: the package as a web page imports it. */
import { annotate, openModel } from "karyon";

const base64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Annotates and segments an image; labels come back as plain numbers. */
globalThis.work = async ({ height, width, data, onnx, description }) => {
  const image = { height, width, data: base64(data) };
  const { labels: annotated } = await annotate(image);
  const model = await openModel({ onnx: base64(onnx), description });
  const { labels, nuclei } = await model.segment(image);
  await model.release();
  return {
    annotated: Array.from(annotated.data),
    labels: Array.from(labels.data),
    areas: Array.from(nuclei.area),
    scores: Array.from(nuclei.score),
  };
};

/** Every name that the page may use: nothing of the package is left out of the bundle. */
export * from "karyon";
