// Pictures of maps, in the colours of `salzoo predict`.

// Dark violet over red to pale yellow, in even steps of lightness: salzoo/utils/drawing.py.
const HEAT = [
  [0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85],
  [227, 89, 51], [249, 140, 10], [249, 201, 50], [252, 255, 164],
];
const LEVELS = 2048;  // fine enough that the steps are not seen

/** Return red, green and blue of a value 0..1. */
export function colourOf(value) {
  const place = Math.min(Math.max(value, 0), 1) * (HEAT.length - 1);
  const low = Math.min(Math.floor(place), HEAT.length - 2), rest = place - low;
  return HEAT[low].map((start, channel) => start + rest * (HEAT[low + 1][channel] - start));
}

// Higher values are brighter and more opaque, as in draw_overlay.
const PALETTE = new Uint8ClampedArray(LEVELS * 4);
for (let level = 0; level < LEVELS; level++) {
  const value = level / (LEVELS - 1);
  PALETTE.set([...colourOf(value), 255 * 0.85 * value * (2 - value)], 4 * level);
}

/** Draw a map (values 0..1) into a canvas of its size as colours with opacity. */
export function drawHeat(canvas, {data, rows, columns}) {
  paint(canvas, rows, columns, (pixels, at) => {
    const level = 4 * Math.round(Math.min(Math.max(data[at], 0), 1) * (LEVELS - 1));
    for (let channel = 0; channel < 4; channel++) pixels[4 * at + channel] = PALETTE[level + channel];
  });
}

/** Draw a map (values 0..1) into a canvas of its size in grey. */
export function drawGrey(canvas, {data, rows, columns}) {
  paint(canvas, rows, columns, (pixels, at) => {
    pixels.fill(Math.round(Math.min(Math.max(data[at], 0), 1) * 255), 4 * at, 4 * at + 3);
    pixels[4 * at + 3] = 255;
  });
}

function paint(canvas, rows, columns, pixel) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  for (let at = 0; at < rows * columns; at++) pixel(image.data, at);
  context.putImageData(image, 0, 0);
}

/** Draw a numbered circle around a spot. */
export function drawSpot(context, {x, y}, number, radius) {
  const line = Math.max(1, Math.min(context.canvas.width, context.canvas.height) / 300);
  for (const [width, colour] of [[3 * line, "#000a"], [line, "#fff"]]) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
  label(context, String(number), x, y, Math.max(12, 0.6 * radius), "center", "middle");
}

/** Draw a box with its label. */
export function drawBox(context, {x, y, width, height}, text) {
  const line = Math.max(1, Math.min(context.canvas.width, context.canvas.height) / 300);
  for (const [size, colour] of [[3 * line, "#000a"], [line, "#fff"]]) {
    context.lineWidth = size;
    context.strokeStyle = colour;
    context.strokeRect(x, y, width, height);
  }
  const letters = Math.max(12, Math.min(context.canvas.width, context.canvas.height) / 28);
  label(context, text, x + 3 * line, y + 3 * line, letters, "left", "top");
}

function label(context, text, x, y, size, align, baseline) {
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textAlign = align;
  context.textBaseline = baseline;
  context.lineJoin = "round";
  context.lineWidth = size / 5;
  context.strokeStyle = "#000c";
  context.strokeText(text, x, y);
  context.fillStyle = "#fff";
  context.fillText(text, x, y);
}
