// Open a file of a microscope, list its series, and write the first as OME-Zarr. `node convert.js movie.lif`
import { convert, openImages, simulate } from "karyon/node";

const file = process.argv[2] ?? (await simulatedFile());

const { format, series, open } = await openImages(file);
console.log(`${format}, ${series.length} series`);
for (const [number, { name }] of series.entries()) {
  // Planes are read when they are asked for: a file may be larger than memory.
  const { frames, channels, slices, height, width, pixelSize, read } = await open(number);
  console.log(`#${number} ${name}: ${frames} frames, ${channels} channels, ${slices} slices`);
  const { plane } = await read({ frame: 0, channel: 0, slice: 0 });
  console.log(`${height} x ${width} px of ${pixelSize} µm, first value ${plane.data[0]}`);
}

const { path, files } = await convert({ from: `${file}#0`, to: "movie.ome.zarr", overwrite: true });
console.log(`${path}, ${files} files`);

// A movie in place of one of a microscope. Its folder of frames becomes one file.
async function simulatedFile() {
  await simulate({ out: "movie", config: { simulate: { scene: "easy", size: 128, frames: 3 } } });
  return (await convert({ from: "movie/01", to: "movie.ome.tif" })).path;
}
