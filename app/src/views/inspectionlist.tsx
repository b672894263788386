/** What image files hold, and what looks wrong. */
import type { JSX } from "preact";
import type { InspectAnswer } from "../../../src/server/messages.js";
import { joinedWarnings } from "../state/inspectionwarnings.js";

type Inspection = InspectAnswer[number];

const pixelText = ({ pixelSize }: Inspection): string =>
  pixelSize === undefined ? "unknown" : `${Number(pixelSize.toPrecision(4))} µm`;
const timeText = ({ frameInterval }: Inspection): string =>
  frameInterval === undefined ? "unknown" : `${Number(frameInterval.toPrecision(4))} s`;

/** The last part of a path, with the number of a series. */
export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** One line a series; `chosen` and `onChoose` add boxes. */
export function InspectionList(props: {
  readonly inspections: readonly Inspection[];
  readonly chosen?: ReadonlySet<string> | undefined;
  readonly onChoose?: ((file: string, isOn: boolean) => void) | undefined;
}): JSX.Element {
  const { inspections, chosen, onChoose } = props;
  const warnings = joinedWarnings(inspections);
  return (
    <>
      <div class="scroll-x">
        <table class="facts">
          <Head hasBoxes={onChoose !== undefined} />
          <tbody>
            {inspections.map((found) => (
              <tr key={found.file}>
                {onChoose ? (
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Open ${fileName(found.file)}`}
                      checked={chosen?.has(found.file)}
                      disabled={found.error !== undefined}
                      onChange={({ currentTarget }) => onChoose(found.file, currentTarget.checked)}
                    />
                  </td>
                ) : undefined}
                <th scope="row" title={found.file}>
                  {fileName(found.file)}
                  {found.series ? <span class="quiet"> {found.series}</span> : undefined}
                </th>
                {found.error === undefined ? (
                  <Facts found={found} />
                ) : (
                  <td colSpan={6} class="bad">
                    {found.error}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {warnings.length > 0 ? (
        <ul class="warnings" aria-label="Warnings">
          {warnings.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      ) : undefined}
    </>
  );
}

function Facts({ found }: { readonly found: Inspection }): JSX.Element {
  return (
    <>
      <td>{found.axes}</td>
      <td>{found.contents?.join(", ") ?? found.shape.join(" × ")}</td>
      <td>{found.type}</td>
      <td>{pixelText(found)}</td>
      <td>{timeText(found)}</td>
      <td>{found.format}</td>
    </>
  );
}

const titles = ["Series", "Axes", "Size", "Type", "Pixel", "Interval", "Format"];

function Head({ hasBoxes }: { readonly hasBoxes: boolean }): JSX.Element {
  return (
    <thead>
      <tr>
        {[...(hasBoxes ? ["Open"] : []), ...titles].map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}
