/** A small TrackMate file, by hand. */

/** What of it may be another. */
export interface TrackMateParts {
  readonly model?: string;
  readonly spots?: string;
  readonly edges?: string;
  readonly filtered?: string;
  readonly settings?: string;
  readonly head?: string;
}

/** Pixels of 0.5 µm, frames of 10 minutes; three spots, of which the first divides. */
export const trackMateText = ({
  model = 'spatialunits="micron" timeunits="min"',
  spots = spotsInFrames,
  edges = '<Edge SPOT_SOURCE_ID="7" SPOT_TARGET_ID="9" /><Edge SPOT_SOURCE_ID="7" SPOT_TARGET_ID="8" />',
  filtered = '<FilteredTracks><TrackID TRACK_ID="0" /></FilteredTracks>',
  settings = '<ImageData filename="a.tif" folder="" width="12" height="10" nslices="1" nframes="5" pixelwidth="0.5" pixelheight="0.5" voxeldepth="1.0" timeinterval="10.0" />',
  head = '<?xml version="1.0" encoding="UTF-8"?>\n',
}: TrackMateParts = {}): string =>
  `${head}<TrackMate version="7.11.1">\n<Log>a &amp; b</Log>\n<Model ${model}>\n` +
  `<FeatureDeclarations><SpotFeatures><Feature feature="QUALITY" isint="false" /></SpotFeatures></FeatureDeclarations>\n` +
  `<AllSpots nspots="3">${spots}</AllSpots>\n` +
  `<AllTracks><Track name="Track_0" TRACK_ID="0">${edges}</Track></AllTracks>\n${filtered}\n</Model>\n` +
  `<Settings>${settings}</Settings>\n</TrackMate>\n`;

/** A square of 2 x 2 px around the corner of four pixels, a circle, and a spot without a size. */
export const spotsInFrames =
  '<SpotsInFrame frame="1"><Spot ID="7" name="ID7" QUALITY="4.0" POSITION_X="1.75" POSITION_Y="1.25" POSITION_T="10" ' +
  'FRAME="1" RADIUS="0.56" VISIBILITY="1" AREA="1.0" MEAN_INTENSITY_CH1="33.5" ROI_N_POINTS="4">' +
  "-0.5 -0.5 0.5 -0.5 0.5 0.5 -0.5 0.5 </Spot></SpotsInFrame>" +
  '<SpotsInFrame frame="2"><Spot ID="9" name="ID9" POSITION_X="4.0" POSITION_Y="2.0" FRAME="2" RADIUS="1.0" VISIBILITY="1" />' +
  '<Spot ID="8" name="ID8" POSITION_X="1.0" POSITION_Y="3.0" FRAME="2" VISIBILITY="1" /></SpotsInFrame>';
