// Geometry between a picture and the network's input, in both directions: the same arithmetic as
// salzoo/data/geometry.py. Sides that shrink are averaged by area; sides that grow are
// interpolated bicubically (Keys, a = -1/2) without leaving the range of the input.
//
// A plane is {data, rows, columns, channels}: a flat array of rows x columns x channels values.

// TensorFlow reads its bicubic weights from a table with this many steps a pixel.
const STEPS = 1024;

/** Round halves to even numbers, as TensorFlow and Python do. */
export function roundEven(value) {
  const below = Math.floor(value), rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 ? below + 1 : below;
}

/**
 * Return the place of a picture on the network's canvas.
 * @param {{fit_mode: string, size: number[], size_multiple: number, other_sizes?: number[][]}} geometry
 * @param {number} rows Of the picture.
 * @param {number} columns Of the picture.
 * @return {{canvas: number[], content: number[], offset: number[]}} Each rows and columns.
 */
export function place(geometry, rows, columns) {
  const sides = [rows, columns];
  let canvas = geometry.size, content;
  if (geometry.fit_mode === "native" || geometry.fit_mode === "within") {
    const scale = geometry.fit_mode === "native"
      ? Math.sqrt(canvas[0] * canvas[1]) / Math.sqrt(rows * columns)
      : Math.min(Math.max(...canvas) / Math.max(...sides), 1);
    const step = geometry.size_multiple;
    canvas = sides.map(side => Math.max(roundEven(side * scale / step), 1) * step);
  }
  if (geometry.fit_mode === "pad") {
    const distance = size => Math.abs(rows / columns - size[0] / size[1]);
    for (const size of geometry.other_sizes ?? []) if (distance(size) < distance(canvas)) canvas = size;
    const scale = Math.min(canvas[0] / rows, canvas[1] / columns);
    content = sides.map(side => Math.max(roundEven(side * scale), 1));
  }
  content ??= canvas;
  return {canvas, content, offset: canvas.map((length, axis) => (length - content[axis]) >> 1)};
}

/** Return for each of `to` outputs its first input and the weights of the following ones. */
function areaTaps(from, to) {
  const scale = from / to;
  return Array.from({length: to}, (_, index) => {
    const start = index * scale, end = Math.min(start + scale, from), first = Math.floor(start);
    const weights = [];
    for (let input = first; input < end; input++) {
      weights.push((Math.min(input + 1, end) - Math.max(input, start)) / (end - start));
    }
    return {first, weights};
  });
}

function cubic(distance) {
  const d = Math.abs(distance);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

function cubicTaps(from, to) {
  return Array.from({length: to}, (_, index) => {
    const exact = (index + 0.5) * from / to - 0.5, low = Math.floor(exact);
    const at = low + Math.floor((exact - low) * STEPS + 0.5) / STEPS;
    const first = Math.max(low - 1, 0), end = Math.min(low + 3, from), weights = [];
    for (let input = first; input < end; input++) weights.push(cubic(input - at));
    const sum = weights.reduce((a, b) => a + b, 0);
    return {first, weights: weights.map(weight => weight / sum)};
  });
}

function filterColumns({data, rows, columns, channels}, taps, used = channels) {
  const wide = taps.length, out = new Float32Array(rows * wide * used);
  for (let row = 0, at = 0; row < rows; row++) {
    const line = row * columns * channels;
    for (let column = 0; column < wide; column++) {
      const {first, weights} = taps[column];
      for (let channel = 0; channel < used; channel++, at++) {
        let sum = 0, from = line + first * channels + channel;
        for (let tap = 0; tap < weights.length; tap++, from += channels) sum += weights[tap] * data[from];
        out[at] = sum;
      }
    }
  }
  return {data: out, rows, columns: wide, channels: used};
}

function filterRows({data, columns, channels}, taps) {
  const width = columns * channels, out = new Float32Array(taps.length * width);
  taps.forEach(({first, weights}, row) => {
    const to = row * width;
    weights.forEach((weight, tap) => {
      const from = (first + tap) * width;
      for (let at = 0; at < width; at++) out[to + at] += weight * data[from + at];
    });
  });
  return {data: out, rows: taps.length, columns, channels};
}

/**
 * Resize a plane.
 * @param {object} plane See above; the data may be of any type of numbers.
 * @param {number[]} size Rows and columns of the result.
 * @return {object} Plane of Float32Array.
 */
export function resize(plane, [rows, columns]) {
  if (columns < plane.columns) plane = filterColumns(plane, areaTaps(plane.columns, columns));
  if (rows < plane.rows) plane = filterRows(plane, areaTaps(plane.rows, rows));
  if (rows === plane.rows && columns === plane.columns) {
    return plane.data instanceof Float32Array ? plane : {...plane, data: Float32Array.from(plane.data)};
  }
  const limits = ranges(plane);
  if (columns > plane.columns) plane = filterColumns(plane, cubicTaps(plane.columns, columns));
  if (rows > plane.rows) plane = filterRows(plane, cubicTaps(plane.rows, rows));
  const {data, channels} = plane;
  for (let at = 0; at < data.length; at++) {
    const [lowest, highest] = limits[at % channels];
    if (data[at] < lowest) data[at] = lowest;
    else if (data[at] > highest) data[at] = highest;
  }
  return plane;
}

/** Return the lowest and the highest value of each channel. */
function ranges({data, channels}) {
  const found = Array.from({length: channels}, () => [Infinity, -Infinity]);
  for (let at = 0; at < data.length; at++) {
    const range = found[at % channels], value = data[at];
    if (value < range[0]) range[0] = value;
    if (value > range[1]) range[1] = value;
  }
  return found;
}

/**
 * Bring a picture to the network's canvas.
 * @param {object} geometry Of the model.
 * @param {{data: Uint8ClampedArray, width: number, height: number}} picture RGBA.
 * @return {object} Plane of RGB, 0..255, of the size of the canvas.
 */
export function fitPicture(geometry, picture) {
  const {canvas, content, offset} = place(geometry, picture.height, picture.width);
  // Opaque pictures: alpha is left out.
  const rgb = filterColumnsOrCopy(picture, content[1]);
  const fitted = resize(rgb, content);
  const data = new Float32Array(canvas[0] * canvas[1] * 3).fill(geometry.padding_value);
  for (let row = 0; row < content[0]; row++) {
    const line = fitted.data.subarray(row * content[1] * 3, (row + 1) * content[1] * 3);
    data.set(line, ((row + offset[0]) * canvas[1] + offset[1]) * 3);
  }
  return {data, rows: canvas[0], columns: canvas[1], channels: 3};
}

/** Drop the alpha channel, and shrink rows on the way: a large picture is not copied first. */
function filterColumnsOrCopy({data, width, height}, columns) {
  const plane = {data, rows: height, columns: width, channels: 4};
  const same = Array.from({length: width}, (_, first) => ({first, weights: [1]}));
  return filterColumns(plane, columns < width ? areaTaps(width, columns) : same, 3);
}

/**
 * Bring a network's map back to a picture.
 * @param {object} geometry Of the model.
 * @param {object} map Plane of one channel; it covers the canvas.
 * @param {number[]} picture Rows and columns of the picture.
 * @param {number[]} size Rows and columns of the result, of the same aspect ratio.
 * @return {object} Plane of one channel.
 */
export function unfitMap(geometry, map, picture, size) {
  let {canvas, content, offset} = place(geometry, ...picture);
  if (geometry.fit_mode === "pad") {
    const factor = Math.max(Math.min(...canvas.map((length, axis) =>
      Math.floor([map.rows, map.columns][axis] / length))), 1);
    [canvas, content, offset] = [canvas, content, offset].map(part => part.map(n => n * factor));
    map = crop(resize(map, canvas), offset, content);
  }
  return resize(map, size);
}

function crop({data, columns}, [top, left], [rows, wide]) {
  const out = new Float32Array(rows * wide);
  for (let row = 0; row < rows; row++) {
    const from = (row + top) * columns + left;
    out.set(data.subarray(from, from + wide), row * wide);
  }
  return {data: out, rows, columns: wide, channels: 1};
}

/** Divide a map by its maximum, in place; a map of zeros stays. */
export function divideByMaximum(map) {
  let highest = 0;
  for (const value of map.data) if (value > highest) highest = value;
  if (highest > 0) for (let at = 0; at < map.data.length; at++) map.data[at] /= highest;
  return map;
}
