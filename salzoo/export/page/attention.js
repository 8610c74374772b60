// Spots, shares of boxes and the best crop, from a map: as salzoo/prediction/attention.

import {roundEven} from "./geometry.js";

/** Return the map (maximum 1) whose shares are calibrated, as ShareCalibration.correct. */
export function correct(map, {exponent}) {
  return exponent === 1 ? map : {...map, data: map.data.map(value => value ** exponent)};
}

/** Return the 90 % interval around a share of a corrected map, as ShareCalibration.interval. */
export function interval({shares, low, high}, share) {
  const above = Math.max(1, shares.findIndex(known => known >= share));
  const part = (share - shares[above - 1]) / (shares[above] - shares[above - 1]);
  const end = values => values[above - 1] + part * (values[above] - values[above - 1]);
  return [Math.min(end(low), share), Math.max(end(high), share)];
}

/** The attention of a map, prepared for sums over boxes; a map of zeros is uniform attention. */
export class Attention {
  /** @param {{data: Float32Array, rows: number, columns: number}} map Values of 0 or more. */
  constructor(map) {
    const {data, rows, columns} = map;
    Object.assign(this, {data, rows, columns});
    const wide = columns + 1;
    this.sums = new Float64Array((rows + 1) * wide);  // over all pixels above and to the left
    let highest = 0;
    for (const value of data) if (value > highest) highest = value;
    for (let row = 0; row < rows; row++) {
      let line = 0;
      for (let column = 0; column < columns; column++) {
        line += highest ? data[row * columns + column] : 1;
        const at = (row + 1) * wide + column + 1;
        this.sums[at] = this.sums[at - wide] + line;
      }
    }
    this.total = this.sums[this.sums.length - 1];
    this.uniform = !highest;
  }

  /** Return the attention of a pixel, 0..1. */
  pixel(row, column) {
    return (this.uniform ? 1 : this.data[row * this.columns + column]) / this.total;
  }

  /** Return the attention above and to the left of a point, 0..1; pixels count by their area. */
  before(x, y) {
    x = Math.min(Math.max(x, 0), this.columns);
    y = Math.min(Math.max(y, 0), this.rows);
    const wide = this.columns + 1;
    const column = Math.min(Math.floor(x), this.columns - 1), row = Math.min(Math.floor(y), this.rows - 1);
    const right = x - column, down = y - row, at = row * wide + column, {sums} = this;
    const upper = sums[at] + right * (sums[at + 1] - sums[at]);
    const lower = sums[at + wide] + right * (sums[at + wide + 1] - sums[at + wide]);
    return (upper + down * (lower - upper)) / this.total;
  }

  /**
   * Return the attention of a box.
   * @param {{x: number, y: number, width: number, height: number}} box Inside the map, in its pixels.
   * @return {{share: number, density: number}} Share of all attention, and that over its share of the area.
   */
  box({x, y, width, height}) {
    const right = x + width, bottom = y + height;
    const sum = this.before(right, bottom) - this.before(x, bottom) - this.before(right, y) + this.before(x, y);
    const share = Math.min(Math.max(sum, 0), 1);
    return {share, density: share * this.rows * this.columns / (width * height)};
  }
}

/**
 * Return the most salient spots.
 * @param {Attention} attention Of a map.
 * @param {number} count Largest number of spots.
 * @return {{x: number, y: number, share: number}[]} By decreasing share; x and y are a pixel.
 */
export function findSpots(attention, count) {
  const radius = spotRadius(attention);
  const peaks = separate(findPeaks(attention), radius);
  const spots = peaks.map((peak, number) => ({...peak, share: spotShare(attention, peaks, number, radius)}));
  spots.sort((a, b) => b.share - a.share || a.y - b.y || a.x - b.x);
  return spots.slice(0, count).map(({x, y, share}) => ({x, y, share}));
}

/** Return the radius of spots in pixels: a tenth of the shorter side. */
export function spotRadius({rows, columns}) {
  return Math.max(1, roundEven(Math.min(rows, columns) / 10));
}

/** Return local maxima above the map's minimum; of a plateau its middle pixel. */
function findPeaks({data, rows, columns}) {
  let lowest = Infinity;
  for (const value of data) if (value < lowest) lowest = value;
  const state = new Uint8Array(data.length);  // 1: a maximum, 2: counted
  const neighbours = at => {
    const row = Math.floor(at / columns), column = at % columns, found = [];
    for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, rows - 1); y++) {
      for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, columns - 1); x++) found.push(y * columns + x);
    }
    return found;
  };
  const candidates = [];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const value = data[at];
      if (value <= lowest || (column && data[at - 1] > value) || (column + 1 < columns && data[at + 1] > value)) continue;
      if (neighbours(at).some(other => data[other] > value)) continue;
      state[at] = 1;
      candidates.push(at);
    }
  }
  const peaks = [];
  for (const start of candidates) {
    if (state[start] !== 1) continue;
    const plateau = [start];
    state[start] = 2;
    for (let next = 0; next < plateau.length; next++) {
      for (const other of neighbours(plateau[next])) {
        if (state[other] === 1) { state[other] = 2; plateau.push(other); }
      }
    }
    const mean = of => roundEven(plateau.reduce((sum, at) => sum + of(at), 0) / plateau.length);
    peaks.push({y: mean(at => Math.floor(at / columns)), x: mean(at => at % columns), height: data[start]});
  }
  return peaks;
}

/** Keep the peaks that are more than a radius from every higher peak that is kept. */
function separate(peaks, radius) {
  const kept = [];
  for (const peak of [...peaks].sort((a, b) => b.height - a.height)) {
    if (kept.every(other => (other.x - peak.x) ** 2 + (other.y - peak.y) ** 2 > radius ** 2)) kept.push(peak);
  }
  return kept;
}

/** Return the attention within a radius of a peak, on pixels that are nearest to this peak. */
function spotShare(attention, peaks, number, radius) {
  const own = peaks[number];
  const near = peaks
    .map((peak, index) => ({...peak, index}))
    .filter(({x, y, index}) => index !== number && Math.hypot(x - own.x, y - own.y) <= 2 * radius);
  let share = 0;
  for (let y = Math.max(own.y - radius, 0); y <= Math.min(own.y + radius, attention.rows - 1); y++) {
    for (let x = Math.max(own.x - radius, 0); x <= Math.min(own.x + radius, attention.columns - 1); x++) {
      const distance = (x - own.x) ** 2 + (y - own.y) ** 2;
      if (distance > radius ** 2) continue;
      // Pixels halfway between two peaks belong to the higher one, which comes first.
      const lost = near.some(other => {
        const theirs = (x - other.x) ** 2 + (y - other.y) ** 2;
        return other.index < number ? theirs <= distance : theirs < distance;
      });
      if (!lost) share += attention.pixel(y, x);
    }
  }
  return share;
}

/**
 * Return the largest box of an aspect ratio that keeps the most attention.
 * @param {Attention} attention Of a map.
 * @param {number} aspect Width over height.
 * @return {{x: number, y: number, width: number, height: number, share: number}} Whole pixels.
 */
export function bestCrop(attention, aspect) {
  const {rows, columns} = attention;
  if (columns > rows * aspect) {
    const width = Math.max(1, roundEven(rows * aspect));
    const [x, share] = bestWindow(columns, width, end => attention.before(end, rows));
    return {x, y: 0, width, height: rows, share};
  }
  const height = Math.max(1, roundEven(columns / aspect));
  const [y, share] = bestWindow(rows, height, end => attention.before(columns, end));
  return {x: 0, y, width: columns, height, share};
}

/** Return the start of the best window and its sum; of equal ones that nearest to the middle. */
function bestWindow(size, length, before) {
  const sums = Array.from({length: size - length + 1}, (_, start) => before(start + length) - before(start));
  const highest = Math.max(...sums), middle = (size - length) / 2;
  let best = -1;
  sums.forEach((sum, start) => {
    if (sum >= highest - 1e-12 && (best < 0 || Math.abs(start - middle) < Math.abs(best - middle))) best = start;
  });
  return [best, Math.min(sums[best], 1)];
}
