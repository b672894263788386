/** The image of a view with the time below it. */
import type { JSX } from "preact";
import { ImageView, type ImageViewProps } from "../viewer/imageview.js";
import { TimeSlider } from "../viewer/timeslider.js";

/** The image, and the slider of a movie. */
export function ImageStage(props: ImageViewProps): JSX.Element {
  return (
    <>
      <div class="stage">
        <ImageView {...props} />
      </div>
      <TimeSlider />
    </>
  );
}
