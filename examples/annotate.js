// Annotate one image in memory, and look at what is sure, rejected and unknown.
import { annotate, annotationOverlay, encodePng, simulate } from "karyon";
import { writeFile } from "node:fs/promises";

const movie = await simulate({ scene: "easy", height: 256, width: 256, frames: 1 });
const image = movie.image(0);

const { labels, objects, warnings } = await annotate(image);
const rejected = objects.kept.filter((kept) => kept === 0).length;
console.log(`${labels.count} sure nuclei, ${rejected} rejected objects`);
for (const [row, reason] of objects.reason.entries())
  if (objects.kept[row] === 0)
    console.log(`  at ${objects.y[row].toFixed(0)}, ${objects.x[row].toFixed(0)}: ${reason}`);
for (const warning of warnings) console.log(warning);

await writeFile("overlay.png", encodePng(annotationOverlay(image, labels)));
