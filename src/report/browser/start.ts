/** The script of a report's page, from here on; `tools/pagescript.js` makes one text of this folder. */
import { listenToForm, listenToPlot, listenToStage } from "./listen.js";
import { findTrackPage } from "./trackpage.js";
import { listenToPictures } from "./zoom.js";

listenToPictures();
const page = findTrackPage();
if (page !== undefined) {
  listenToStage(page);
  listenToForm(page);
  for (const plot of document.querySelectorAll<HTMLElement>("[data-plot]")) listenToPlot(page, plot);
}
