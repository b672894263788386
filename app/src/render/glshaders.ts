/**
 * The programs of the WebGL2 back end. Each screen pixel looks up the pixel of the image that it shows in a table
 * that the CPU back end uses, too: no float decides which pixel that is.
 */
import { margin } from "../../../src/viewer/screenplaces.js";

const head = `#version 300 es
precision highp float;
precision highp int;
precision highp isampler2D;
precision highp usampler2D;
precision highp sampler2D;
`;

/** A rectangle of the screen. Screen px count from the upper left corner. */
export const rectangleVertex = `${head}
uniform ivec4 uRectangle; // left, top, right, bottom
uniform ivec2 uScreen; // width, height
void main() {
  vec2 place = vec2(
    (gl_VertexID & 1) == 0 ? uRectangle.x : uRectangle.z,
    (gl_VertexID & 2) == 0 ? uRectangle.y : uRectangle.w
  );
  gl_Position = vec4(2.0 * place / vec2(uScreen) - 1.0, 0.0, 1.0) * vec4(1.0, -1.0, 1.0, 1.0);
}`;

/** Level 0 pixels under the screen: columns in row 0, rows in row 1 of uPlaces. */
const places = `
uniform isampler2D uPlaces;
uniform ivec2 uScreen;
ivec2 here() {
  return ivec2(int(gl_FragCoord.x), uScreen.y - 1 - int(gl_FragCoord.y));
}
int columnAt(int x) { return texelFetch(uPlaces, ivec2(x + ${margin}, 0), 0).r; }
int rowAt(int y) { return texelFetch(uPlaces, ivec2(y + ${margin}, 1), 0).r; }
// A tile: level, its first column and row at that level, and whether it is there.
ivec2 texelIn(ivec4 tile, ivec2 limit, ivec2 place) {
  return min(place >> tile.x, limit) - tile.yz;
}`;

/** A channel; its parts are added by the blending. */
export const imageFragment = (values: "uint" | "float"): string => `${head}${places}
uniform ${values === "uint" ? "usampler2D" : "sampler2D"} uTile;
uniform ivec4 uSource;
uniform ivec2 uLimit; // last column and row of the level
uniform vec3 uShown; // low, slope, gamma
uniform vec3 uColour; // 0..255
out vec4 result;
void main() {
  ivec2 at = here();
  ivec2 texel = texelIn(uSource, uLimit, ivec2(columnAt(at.x), rowAt(at.y)));
  float share = (float(texelFetch(uTile, texel, 0).r) - uShown.x) * uShown.y;
  // NaN is above nothing, and black.
  share = share > 0.0 ? min(share, 1.0) : 0.0;
  if (uShown.z != 1.0 && share > 0.0) share = pow(share, uShown.z);
  result = vec4(floor(share * uColour + 0.5) / 255.0, 1.0);
}`;

/** Colours by label are stored in rows of this many. */
export const colourColumns = 4096;

/** Labels of one cell; neighbours beyond it come from the tiles of the cells beside it. */
export const labelFragment = `${head}${places}
uniform isampler2D uTile0; uniform isampler2D uTile1; uniform isampler2D uTile2;
uniform isampler2D uTile3; uniform isampler2D uTile4;
uniform ivec4 uSources[5]; // here, left, right, above, below
uniform ivec2 uLimits[5];
uniform ivec4 uRectangle;
uniform sampler2D uColours;
uniform usampler2D uSelected;
uniform int uCount; // labels with a colour of their own
uniform int uMarked; // labels that uSelected knows
uniform vec4 uCycle[6];
uniform vec4 uUnknown;
uniform float uFill;
uniform int uWidth; // of outlines, screen px
uniform int uSelectedWidth;
out vec4 result;
int labelIn(int which, ivec2 place) {
  if (place.x < 0 || place.y < 0 || uSources[which].w == 0) return 0;
  ivec2 texel = texelIn(uSources[which], uLimits[which], place);
  if (which == 0) return texelFetch(uTile0, texel, 0).r;
  if (which == 1) return texelFetch(uTile1, texel, 0).r;
  if (which == 2) return texelFetch(uTile2, texel, 0).r;
  if (which == 3) return texelFetch(uTile3, texel, 0).r;
  return texelFetch(uTile4, texel, 0).r;
}
bool isEdge(int label, ivec2 at, ivec2 place, int width) {
  int left = at.x - width, right = at.x + width, above = at.y - width, below = at.y + width;
  return labelIn(left < uRectangle.x ? 1 : 0, ivec2(columnAt(left), place.y)) != label
    || labelIn(right >= uRectangle.z ? 2 : 0, ivec2(columnAt(right), place.y)) != label
    || labelIn(above < uRectangle.y ? 3 : 0, ivec2(place.x, rowAt(above))) != label
    || labelIn(below >= uRectangle.w ? 4 : 0, ivec2(place.x, rowAt(below))) != label;
}
float weight(float opacity) { return floor(opacity * 256.0 + 0.5) / 256.0; }
void main() {
  ivec2 at = here();
  ivec2 place = ivec2(columnAt(at.x), rowAt(at.y));
  int label = labelIn(0, place);
  if (label == 0) discard;
  if (label < 0) {
    result = vec4(uUnknown.rgb, weight(uUnknown.a));
    return;
  }
  ivec2 entry = ivec2(label % ${colourColumns}, label / ${colourColumns});
  vec4 colour = label < uCount ? texelFetch(uColours, entry, 0) : uCycle[label % 6];
  if (colour.a == 0.0) discard;
  bool isSelected = label < uMarked && texelFetch(uSelected, entry, 0).r != 0u;
  int width = isSelected ? uSelectedWidth : uWidth;
  if (width > 0 && isEdge(label, at, place, width))
    result = isSelected ? vec4(1.0) : vec4(colour.rgb, weight(colour.a));
  else if (uFill > 0.0) result = vec4(colour.rgb, weight(colour.a * uFill));
  else discard;
}`;

/** Segments of `screenLines`: a box along the longer axis, slanted, one pixel wider on either side. */
export const lineVertex = `${head}
layout(location = 0) in ivec4 aSteps; // first * 2 + steep, last, start, slope
layout(location = 1) in vec4 aColour;
uniform ivec2 uScreen;
uniform int uWidth;
flat out ivec4 steps;
flat out vec4 colour;
void main() {
  int first = aSteps.x >> 1;
  bool isEnd = (gl_VertexID & 1) == 1;
  bool isFar = (gl_VertexID & 2) == 2;
  float along = float(isEnd ? aSteps.y + 1 : first);
  int reach = isEnd ? aSteps.y - first + 1 : -1;
  float across = (float(aSteps.z) + float(reach) * float(aSteps.w)) / 65536.0;
  // The box is drawn from one sample before to one after, so that it covers all rows of the first and last column.
  float slack = 2.0 + abs(float(aSteps.w)) / 65536.0;
  across += isFar ? float(uWidth) + slack : -slack;
  vec2 place = (aSteps.x & 1) == 1 ? vec2(across, along) : vec2(along, across);
  steps = aSteps;
  colour = aColour;
  gl_Position = vec4(2.0 * place / vec2(uScreen) - 1.0, 0.0, 1.0) * vec4(1.0, -1.0, 1.0, 1.0);
}`;

/** Keeps the pixels that the whole numbers say. */
export const lineFragment = `${head}
flat in ivec4 steps;
flat in vec4 colour;
uniform ivec2 uScreen;
uniform int uWidth;
out vec4 result;
void main() {
  ivec2 at = ivec2(int(gl_FragCoord.x), uScreen.y - 1 - int(gl_FragCoord.y));
  bool isSteep = (steps.x & 1) == 1;
  int i = isSteep ? at.y : at.x;
  int j = isSteep ? at.x : at.y;
  int start = (steps.z + (i - (steps.x >> 1)) * steps.w) >> 16;
  if (j < start || j >= start + uWidth) discard;
  result = vec4(colour.rgb, floor(colour.a * 256.0 + 0.5) / 256.0);
}`;
