/** Style of the report, inside the page so that it needs nothing from anywhere. */
import { fontFaces, fontStack } from "../plot/typeface.js";

/** The style sheet of all pages, typeface included. */
export const styleSheet = `${fontFaces}
:root {
  --ink: #1d2329;
  --muted: #5b6670;
  --line: #dde2e6;
  --accent: #0072b2;
}
* {
  box-sizing: border-box;
}
body {
  margin: 0 auto;
  padding: 28px 28px 80px;
  max-width: 1280px;
  background: #fff;
  color: var(--ink);
  font: 16px/1.5 ${fontStack};
}
h1 {
  margin: 0;
  font-size: 30px;
  line-height: 1.2;
  overflow-wrap: anywhere;
}
h2 {
  margin: 44px 0 12px;
  padding-bottom: 6px;
  border-bottom: 2px solid var(--line);
  font-size: 22px;
}
h3 {
  margin: 24px 0 8px;
  font-size: 17px;
}
p {
  max-width: 78ch;
}
.facts {
  margin: 6px 0 0;
  max-width: 120ch;
  color: var(--muted);
}
.notices {
  margin: 22px 0 0;
  padding: 0;
  list-style: none;
}
.notices li {
  margin: 6px 0;
  padding: 8px 14px;
  border-left: 5px solid #56b4e9;
  background: #eef6fc;
}
.notices li.warning {
  border-color: #d55e00;
  background: #fdf1e8;
}
.notices b {
  margin-right: 6px;
}
.cards {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(190px, 1fr));
  gap: 12px;
  margin: 24px 0 0;
}
.card {
  padding: 12px 14px;
  border: 1px solid var(--line);
  border-radius: 6px;
}
.card .label {
  color: var(--muted);
  font-size: 14px;
  line-height: 1.3;
}
.card .value {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  column-gap: 6px;
  margin-top: 2px;
  font-size: 26px;
  font-weight: 600;
  line-height: 1.25;
}
.card .unit {
  font-size: 15px;
  font-weight: 400;
  color: var(--muted);
}
.plots {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
  gap: 18px 26px;
  align-items: start;
}
.plots svg {
  display: block;
  width: 100%;
  height: auto;
  max-width: 720px;
}
figure {
  margin: 0 0 22px;
}
figure img {
  display: block;
  max-width: 100%;
  height: auto;
  cursor: zoom-in;
  background: #000;
}
figcaption {
  max-width: 90ch;
  margin-top: 6px;
  color: var(--muted);
  font-size: 14.5px;
}
.pictures {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
  gap: 18px 26px;
  align-items: start;
}
.legend {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 20px;
  margin: 0 0 8px;
  padding: 0;
  list-style: none;
  font-size: 15px;
}
.legend i {
  display: inline-block;
  width: 22px;
  height: 14px;
  margin-right: 7px;
  vertical-align: -1px;
  background: #4a4a4a;
}
table {
  border-collapse: collapse;
  font-size: 14.5px;
  font-variant-numeric: tabular-nums;
}
th,
td {
  padding: 4px 12px 4px 0;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}
th {
  font-weight: 600;
  border-bottom-color: #9aa5ae;
}
td.number,
th.number {
  text-align: right;
}
td code {
  overflow-wrap: anywhere;
}
section > svg {
  display: block;
  margin-bottom: 6px;
  max-width: 100%;
}
.scroll {
  max-width: 100%;
  overflow-x: auto;
}
details {
  margin: 10px 0;
}
summary {
  cursor: pointer;
  font-weight: 600;
  color: var(--accent);
}
blockquote {
  margin: 0;
  padding: 14px 20px;
  max-width: 86ch;
  border-left: 5px solid var(--line);
  background: #f7f8f9;
}
ol.references {
  max-width: 90ch;
  font-size: 14.5px;
  color: var(--muted);
}
[data-track] {
  cursor: pointer;
}
.facts + .legend {
  margin-top: 10px;
}
.gallery figure {
  margin: 0;
  break-inside: avoid;
}
.gallery figcaption {
  margin-top: 3px;
}
.gallery a {
  color: var(--accent);
  text-decoration: underline;
}
.gallery a.chosen {
  background: #f0e442;
}
.trackview {
  position: relative;
  max-height: 88vh;
  overflow: auto;
}
.trackstage {
  position: relative;
  cursor: crosshair;
}
.trackstage.large {
  width: 250%;
}
.trackstage img {
  width: 100%;
  max-width: none;
  cursor: inherit;
}
.tracklayer {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  overflow: hidden;
}
.tracklayer * {
  fill: none;
  stroke-linecap: round;
  stroke-linejoin: round;
  vector-effect: non-scaling-stroke;
}
.tracklayer .rim {
  stroke: #000;
  stroke-width: 6px;
}
.tracklayer .core {
  stroke: #fff;
  stroke-width: 3px;
}
.tracklayer .family.rim {
  stroke-width: 4px;
}
.tracklayer .family.core {
  stroke: #f0e442;
  stroke-width: 2px;
  stroke-dasharray: 5 4;
}
.tracklayer .ring.core {
  stroke-width: 2px;
}
.tracklayer .ring.rim {
  stroke-width: 5px;
}
.trackform {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  align-items: center;
  margin: 0 0 8px;
  font-size: 15px;
}
.trackform input {
  width: 7em;
  font: inherit;
}
.trackbar {
  position: fixed;
  left: 0;
  right: 0;
  bottom: 0;
  display: flex;
  flex-wrap: wrap;
  gap: 6px 10px;
  align-items: center;
  padding: 9px 20px;
  border-top: 2px solid var(--accent);
  background: #fff;
  box-shadow: 0 -2px 10px rgba(0, 0, 0, 0.2);
  font-size: 15px;
  z-index: 5;
}
.trackbar[hidden] {
  display: none;
}
button {
  padding: 2px 10px;
  border: 1px solid #9aa5ae;
  border-radius: 4px;
  background: #f3f5f7;
  font: inherit;
  font-size: 14px;
  cursor: pointer;
}
svg g.chosen .line {
  stroke: #000;
  stroke-width: 10px;
}
svg circle.chosen {
  r: 8px;
  fill: #f0e442;
  fill-opacity: 1;
  stroke: #000;
  stroke-width: 2.5px;
}
tr.chosen td {
  background: #f0e442;
}
.zoom {
  position: fixed;
  inset: 0;
  overflow: auto;
  padding: 12px;
  background: rgba(20, 22, 24, 0.94);
  cursor: zoom-out;
  z-index: 9;
}
.zoom img {
  display: block;
  margin: auto;
  max-width: none;
}
@media print {
  body {
    max-width: none;
    padding: 0;
    font-size: 11pt;
  }
  h2,
  .legend,
  section > svg {
    break-after: avoid;
  }
  figure,
  .plots svg,
  .card,
  tr {
    break-inside: avoid;
  }
  .plots,
  .pictures {
    grid-template-columns: 1fr 1fr;
  }
  figure img {
    max-height: 22cm;
  }
  .trackbar,
  .trackform {
    display: none;
  }
  .trackview {
    max-height: none;
    overflow: visible;
  }
  .trackstage {
    width: fit-content;
  }
  .trackstage img {
    width: auto;
    max-width: 100%;
  }
}
`;
