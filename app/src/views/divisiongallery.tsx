/** Divisions as rows of small pictures, the doubtful first, to be confirmed or refused; and what was repaired. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { divisionStrip } from "../../../src/draw/divisionstrip.js";
import { tellError } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { numbers, tableOf } from "../state/tables.js";
import { divisionCrops, framesAround } from "../tools/divisioncrops.js";
import { look, nameOfItem, reviewed, reviewItems } from "../tools/reviewing.js";
import { change, currentRows, links, showRow } from "../tools/trackactions.js";
import { judgeDivision, type SpotLinks } from "../tools/trackwalk.js";

/** As many are drawn. */
const most = 60;

/** All of them. */
export function DivisionGallery(): JSX.Element {
  const now = links.value;
  const table = tableOf("divisions").value;
  if (now === undefined || table === undefined)
    return <p class="quiet empty">Nothing has been tracked yet.</p>;
  const [mothers, probabilities] = [numbers(table, "mother_spot"), numbers(table, "probability")];
  const repairs = reviewItems.value.filter(({ layer, kind }) => layer === "tracks" && kind === "repair");
  const divided = Array.from(mothers.keys()).filter((i) => (now.childrenOf[mothers[i]!]?.length ?? 0) >= 2);
  if (divided.length === 0 && repairs.length === 0) return <p class="quiet empty">No nucleus divides.</p>;
  return (
    <div class="gallery">
      {divided.slice(0, most).map((i) => (
        <Division
          key={`${mothers[i]} ${numbers(table, "frame")[i]}`}
          now={now}
          mother={mothers[i]!}
          probability={probabilities[i]!}
        />
      ))}
      {repairs.slice(0, most).map((item) => (
        <article key={nameOfItem(item)} data-current={reviewed.value === item ? "yes" : "no"}>
          <span>{item.reason}</span>
          <button type="button" onClick={() => look(item)}>
            Show, frame {item.frame + 1}
          </button>
        </article>
      ))}
    </div>
  );
}

function Division(props: {
  readonly now: SpotLinks;
  readonly mother: number;
  readonly probability: number;
}): JSX.Element {
  const { now, mother, probability } = props;
  const frame = now.frame[mother]!;
  const isKnown = !Number.isNaN(probability);
  return (
    <article data-current={currentRows.value.includes(mother) ? "yes" : "no"}>
      <Strip now={now} mother={mother} />
      <div class="row">
        <span class="grow">
          Track {now.track[mother]}, frame {frame + 1}
          {isKnown ? `, ${probability >= 1 ? "confirmed" : `probability ${probability.toFixed(2)}`}` : ""}
        </span>
        <button type="button" onClick={() => showRow(now, mother)}>
          Show
        </button>
        <button
          type="button"
          disabled={probability >= 1}
          onClick={() => change(judgeDivision(now, mother, true))}
        >
          Confirm
        </button>
        <button
          type="button"
          title="Cuts off the daughter that lies farther away"
          onClick={() => change(judgeDivision(now, mother, false))}
        >
          Refuse
        </button>
      </div>
    </article>
  );
}

/** Edge of a picture of the strip, px. */
const edge = 84;

function Strip({ now, mother }: { readonly now: SpotLinks; readonly mother: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frames = project.value?.frames ?? 0;
  useEffect(() => {
    let isGone = false;
    const draw = async (): Promise<void> => {
      const crops = await divisionCrops(now, mother, frames, 0);
      if (isGone || canvas.current === null) return;
      const { height, width, data } = divisionStrip(crops, edge, framesAround.before);
      const pixels = new ImageData(width, height);
      for (let i = 0; i < height * width; i++) {
        for (let sample = 0; sample < 3; sample++) pixels.data[4 * i + sample] = data[3 * i + sample]!;
        pixels.data[4 * i + 3] = 255;
      }
      canvas.current.width = width;
      canvas.current.height = height;
      canvas.current.getContext("2d")!.putImageData(pixels, 0, 0);
    };
    draw().catch((error: unknown) => {
      if (!isGone) tellError(error);
    });
    return () => {
      isGone = true;
    };
  }, [now, mother]);
  return (
    <canvas
      ref={canvas}
      aria-label="The mother and her daughters, frame by frame"
      width={340}
      height={edge}
    />
  );
}
