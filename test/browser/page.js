/** What the test runs in the browser: the package as a web page imports it. */
import { annotate, openImages, openLabels, openModel, openTracks } from "karyon";
import { sumsOf } from "./sums.ts";

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

/** Opens a file as a page gets it, and sums up what it holds. */
globalThis.open = ({ kind, name, bytes }) =>
  sumsOf({ openImages, openLabels, openTracks }, kind, {
    name,
    bytes: new globalThis.File([base64(bytes)], name),
  });

/** Every name that the page may use: nothing of the package is left out of the bundle. */
export * from "karyon";
