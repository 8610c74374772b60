// Files to keep: pictures and tables, made in the browser.

import {drawBox, drawGrey, drawSpot} from "./drawing.js";

/** Hand a file to the browser's downloads. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, {width, height});
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  return {canvas, context};
}

const toBlob = canvas => new Promise(resolve => canvas.toBlob(resolve, "image/png"));

/**
 * Return the picture with all that is shown over it, as PNG.
 * @param {HTMLCanvasElement} picture
 * @param {HTMLCanvasElement} heat
 * @param {{opacity: number, spots: object[], radius: number, boxes: object[]}} shown In pixels of the picture.
 */
export function overlayPicture(picture, heat, {opacity, spots, radius, boxes}) {
  const {canvas, context} = newCanvas(picture.width, picture.height);
  context.drawImage(picture, 0, 0);
  context.globalAlpha = opacity;
  context.drawImage(heat, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = 1;
  spots.forEach((spot, index) => drawSpot(context, spot, index + 1, radius));
  for (const box of boxes) drawBox(context, box, `${box.name} ${box.text}`);
  return toBlob(canvas);
}

/** Return the map in grey at the picture's size, as PNG. */
export function mapPicture(map, picture) {
  const small = document.createElement("canvas");
  drawGrey(small, map);
  const {canvas, context} = newCanvas(picture.width, picture.height);
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  return toBlob(canvas);
}

/** Return a part of the picture, as PNG. */
export function cropPicture(picture, {x, y, width, height}) {
  const {canvas, context} = newCanvas(width, height);
  context.drawImage(picture, -x, -y);
  return toBlob(canvas);
}

/** Return a table as CSV in which no spreadsheet finds a formula, as salzoo/utils/printable.py. */
export function table(header, rows) {
  const cell = value => {
    if (typeof value !== "string") return value;
    const text = /^[=+\-@\t\r']/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [header, ...rows].map(row => row.map(cell).join(","));
  return new Blob([`${lines.join("\n")}\n`], {type: "text/csv"});
}
