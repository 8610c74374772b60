// The page: one picture or the camera, its map, and what can be read from the map.

import {Attention, bestCrop, correct, findSpots, interval, spotRadius} from "./attention.js";
import {Boxes} from "./boxes.js";
import {drawHeat} from "./drawing.js";
import {Engine} from "./engine.js";
import {cropPicture, mapPicture, overlayPicture, save, table} from "./saving.js";
import {Camera, decode, describeCamera, pictureIn, toCanvas} from "./sources.js";

const ANALYSED_PIXELS = 1e6;  // of the map of a picture; more would change no share visibly
const LIVE_PIXELS = 120 * 160;  // of the map of a camera's frame
const SPOTS = 5, SMALLEST_SHARE = 0.01;  // weaker spots are noise
const QUALITIES = ["Fastest", "Faster", "Fast", "Standard", "Fine"];

const $ = id => document.getElementById(id);
const percent = share => `${(100 * share).toFixed(1)} %`;
const boxes = new Boxes($("boxes"), () => update());
const camera = new Camera($("video"));

let engine, example;
let picture = null;  // canvas of the picture or of the camera's last frame
let name = "picture";
let attention = null;  // of its map
let calibration = null;  // of the shares: known for one quality of some models
let spots = [], crop = null;
let saliency = null, standard = "";
let live = false, turn = 0, frames = 0;

function say(text, bad = false) {
  $("status").textContent = text;
  $("status").classList.toggle("bad", bad);
}

// ---- the map ----

/** Predict the map of a canvas and show it; false if another picture came in between. */
async function analyse(canvas, pixels) {
  const mine = turn;
  const {width, height} = canvas;
  const scale = Math.min(1, Math.sqrt(pixels / (width * height)));
  const size = [height, width].map(side => Math.max(1, Math.round(side * scale)));
  const image = canvas.getContext("2d").getImageData(0, 0, width, height);
  const input = engine.model.sizes[$("quality").selectedIndex];
  const {map, milliseconds} = await engine.predict(image, size, input);
  if (mine !== turn) return false;
  picture = canvas;
  calibration = $("quality").value === standard ? engine.model.calibration : null;
  attention = new Attention(calibration ? correct(map, calibration) : map);
  saliency = map;
  drawHeat($("heat"), map);
  spots = findSpots(attention, SPOTS).filter(({share}) => share >= SMALLEST_SHARE);
  update();
  Object.assign($("speed").dataset, {network: milliseconds.toFixed(1), frames: ++frames, input});
  return milliseconds;
}

async function show(canvas, title) {
  stopCamera();
  turn++;
  name = title.replace(/\.[^.]*$/, "") || "picture";
  boxes.clear();
  attention = null;
  spots = [];
  fill(canvas.width, canvas.height);
  drawPicture(canvas);
  $("heat").getContext("2d").clearRect(0, 0, $("heat").width, $("heat").height);
  $("picture").setAttribute("aria-label", title);
  await repeat(canvas, title);
}

async function repeat(canvas, title) {
  say(`Looking at ${title}…`);
  try {
    const milliseconds = await analyse(canvas, ANALYSED_PIXELS);
    if (milliseconds === false) return;
    $("speed").textContent = `Computed in ${Math.round(milliseconds)} ms`;
    const first = spots[0];
    say(first
      ? `${title}: the first spot holds ${percent(first.share)} of the attention, at the ${whereIs(first)}.`
      : `${title}: no spot stands out, the map is the same everywhere.`);
  } catch (error) {
    say(`The map could not be computed: ${error.message}`, true);
  }
}

function whereIs({x, y}) {
  const third = (value, size, names) => names[Math.min(2, Math.floor(3 * value / size))];
  const down = third(y, attention.rows, ["top", "", "bottom"]);
  const across = third(x, attention.columns, ["left", "", "right"]);
  return [down, across].filter(Boolean).join(" ") || "centre";
}

function drawPicture(canvas) {
  Object.assign($("picture"), {width: canvas.width, height: canvas.height});
  $("picture").getContext("2d").drawImage(canvas, 0, 0);
}

/** Leave the invitation and make room for a picture of this size. */
function fill(width, height) {
  $("welcome").hidden = true;
  for (const id of ["frame", "bar", "panel"]) $(id).hidden = false;
  document.querySelector("main").classList.add("filled");
  $("stage").classList.remove("inviting");
  $("frame").style.aspectRatio = `${width} / ${height}`;
  $("frame").style.width = `min(100%, calc(72vh * ${width / height}))`;
}

// ---- what is read from the map ----

function inMap({x, y, width, height}) {
  const {rows, columns} = attention;
  return {x: x * columns, y: y * rows, width: width * columns, height: height * rows};
}

function update() {
  showSpots();
  showBoxes();
  showCrop();
}

function showSpots() {
  const marks = [], lines = [];
  const radius = attention ? spotRadius(attention) : 0;
  spots.forEach(({x, y, share}, index) => {
    const mark = element("span", "spot", String(index + 1));
    mark.style.left = `${100 * (x + 0.5) / attention.columns}%`;
    mark.style.top = `${100 * (y + 0.5) / attention.rows}%`;
    mark.style.width = `${200 * radius / attention.columns}%`;
    marks.push(mark);
    const line = element("li"), bar = element("span", "meter");
    bar.append(element("i"));
    bar.firstChild.style.width = `${100 * share / spots[0].share}%`;
    bar.setAttribute("aria-hidden", "true");
    line.append(element("b", "", String(index + 1)), bar, element("span", "", percent(share)));
    lines.push(line);
  });
  if (!lines.length) lines.push(element("li", "", ""));
  $("spots").replaceChildren(...($("showspots").checked ? marks : []));
  $("spotlist").replaceChildren(...lines);
}

function showBoxes() {
  const list = $("boxlist");
  for (const item of boxes.items) {
    item.line ??= boxLine(item);
    const place = attention && item.width && item.height ? inMap(item) : null;
    const region = place && attention.box(place);
    item.share = region;
    boxes.describe(item, region ? percent(region.share) : "");
    const [output] = item.line.getElementsByTagName("output");
    output.replaceChildren(...(region
      ? [percent(region.share), ...describeShare(region).map(text => element("small", "", text))] : []));
  }
  const lines = boxes.items.map(({line}) => line);
  if (lines.length !== list.children.length || lines.some((line, index) => line !== list.children[index])) {
    list.replaceChildren(...lines);
  }
  $("boxhint").hidden = boxes.items.length > 0;
  $("intervalhint").hidden = !(boxes.items.length && calibration);
  $("saveboxes").hidden = !boxes.items.length;
}

/** Return the interval of a share where it is known, and how it compares with the area. */
function describeShare({share, density}) {
  const parts = [`${density.toFixed(2)} × its area`];
  if (calibration) {
    const [low, high] = interval(calibration, share).map(end => Math.round(100 * end));
    parts.unshift(`${low} to ${high} %`);
  }
  return parts;
}

function boxLine(item) {
  const line = element("li"), input = element("input"), remove = element("button", "", "×");
  Object.assign(input, {type: "text", value: item.name, maxLength: 40});
  input.setAttribute("aria-label", `Name of ${item.name}`);
  input.addEventListener("input", () => { item.name = input.value; update(); });
  remove.type = "button";
  remove.setAttribute("aria-label", `Remove ${item.name}`);
  remove.addEventListener("click", () => { boxes.remove(item); $("addbox").focus(); });
  line.append(input, element("output"), remove);
  return line;
}

function showCrop() {
  const aspect = Number($("aspect").value);
  crop = aspect && attention ? bestCrop(attention, aspect) : null;
  for (const id of ["crop", "cropshare", "savecrop"]) $(id).hidden = !crop;
  if (!crop) return;
  const {rows, columns} = attention;
  const sides = {left: crop.x / columns, top: crop.y / rows, width: crop.width / columns, height: crop.height / rows};
  for (const [side, value] of Object.entries(sides)) $("crop").style[side] = `${100 * value}%`;
  $("cropshare").textContent = `It keeps ${percent(crop.share)} of the attention.`;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// ---- pictures and the camera ----

async function open(file) {
  if (!engine) return;
  if (!file) {
    say("There is no picture in what was dropped or pasted.", true);
    return;
  }
  const title = file.name || "Pasted picture";
  try {
    await show(await decode(file), title);
  } catch {
    say(`${title} is no picture that this browser can read. JPEG, PNG, WebP and AVIF work everywhere.`, true);
  }
}

async function startCamera() {
  try {
    await camera.start();
  } catch (error) {
    say(describeCamera(error), true);
    return;
  }
  turn++;
  live = true;
  name = "camera";
  boxes.clear();
  attention = null;
  spots = [];
  showCamera();
  say("The camera is on. Its pictures stay in this page.");
  watch(turn);
}

/** Look at one frame after the other, as fast as the network allows. */
async function watch(mine) {
  const times = [];
  let size = "";
  while (live && mine === turn) {
    const frame = camera.frame();
    if (frame && size !== `${frame.width}x${frame.height}`) {
      size = `${frame.width}x${frame.height}`;
      fill(frame.width, frame.height);
    }
    try {
      if (frame) await analyse(frame, LIVE_PIXELS);
    } catch (error) {
      say(`The map could not be computed: ${error.message}`, true);
      stopCamera();
      return;
    }
    if (frame) times.push(performance.now());
    if (times.length > 20) times.shift();
    if (times.length > 1) {
      const rate = 1000 * (times.length - 1) / (times.at(-1) - times[0]);
      $("speed").textContent = `${rate.toFixed(rate < 10 ? 1 : 0)} pictures a second`;
    }
    await new Promise(requestAnimationFrame);
  }
}

function showCamera() {
  $("video").hidden = !live;
  $("shoot").hidden = !live;
  $("stop").hidden = !live;
  $("live").hidden = live;
}

function stopCamera() {
  if (!live) return;
  live = false;
  const frame = camera.frame();
  camera.stop();
  showCamera();
  $("speed").textContent = "";
  if (frame) drawPicture(frame);
}

async function takePhoto() {
  const frame = camera.frame();
  if (frame) await show(toCanvas(frame, frame.width, frame.height), "Photo");
}

// ---- saving ----

function inPicture({x, y, width = 0, height = 0}) {
  const across = picture.width / attention.columns, down = picture.height / attention.rows;
  return {x: x * across, y: y * down, width: width * across, height: height * down};
}

function shownBoxes() {
  return boxes.items.filter(({share}) => share).map(item => ({
    name: item.name, text: percent(item.share.share), ...item.share,
    x: item.x * picture.width, y: item.y * picture.height,
    width: item.width * picture.width, height: item.height * picture.height,
  }));
}

const rounded = value => Number(value.toPrecision(6));
const scaleOf = () => Math.min(picture.width, picture.height) / Math.min(attention.rows, attention.columns);

const savings = {
  async saveoverlay() {
    const marks = $("showspots").checked ? spots : [];
    const shown = {
      opacity: $("opacity").value / 100,
      spots: marks.map(({x, y}) => inPicture({x: x + 0.5, y: y + 0.5})),
      radius: spotRadius(attention) * scaleOf(),
      boxes: shownBoxes(),
    };
    save(await overlayPicture(picture, $("heat"), shown), `${name}_overlay.png`);
  },
  async savemap() {
    save(await mapPicture(saliency, picture), `${name}_saliency.png`);
  },
  async savecrop() {
    const {x, y, width, height} = inPicture(crop);
    const whole = {x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height)};
    save(await cropPicture(picture, whole), `${name}_crop.png`);
  },
  savespots() {
    const radius = Math.round(spotRadius(attention) * scaleOf());
    const rows = spots.map(({x, y, share}, index) => {
      const at = inPicture({x: x + 0.5, y: y + 0.5});
      return [index + 1, Math.floor(at.x), Math.floor(at.y), radius, rounded(100 * share)];
    });
    save(table(["spot", "x", "y", "radius", "share_percent"], rows), `${name}_spots.csv`);
  },
  saveboxes() {
    const rows = shownBoxes().map(({name: title, x, y, width, height, share, density}) =>
      [title, ...[x, y, width, height, 100 * share, density].map(rounded)]);
    const header = ["name", "x", "y", "width", "height", "share_percent", "times_even"];
    save(table(header, rows), `${name}_regions.csv`);
  },
};

// ---- wiring ----

function listen() {
  const choose = () => $("file").click();
  for (const id of ["choose", "another"]) $(id).addEventListener("click", choose);
  for (const id of ["camera", "live"]) $(id).addEventListener("click", startCamera);
  $("example").addEventListener("click", () => open(example));
  $("shoot").addEventListener("click", takePhoto);
  $("stop").addEventListener("click", () => { stopCamera(); say("The camera is off."); });
  $("file").addEventListener("change", ({target}) => {
    if (target.files[0]) open(target.files[0]);
    target.value = "";  // the same file may be chosen again
  });
  window.addEventListener("dragover", event => { event.preventDefault(); $("stage").classList.add("over"); });
  window.addEventListener("dragleave", event => { if (!event.relatedTarget) $("stage").classList.remove("over"); });
  window.addEventListener("drop", event => {
    event.preventDefault();
    $("stage").classList.remove("over");
    open(pictureIn(event.dataTransfer));
  });
  window.addEventListener("paste", event => {
    if (!(event.target instanceof HTMLInputElement && event.target.type === "text")) open(pictureIn(event.clipboardData));
  });
  $("opacity").addEventListener("input", () => { $("heat").style.opacity = $("opacity").value / 100; });
  $("quality").addEventListener("change", () => { if (picture && !live) repeat(picture, name); });
  $("showspots").addEventListener("change", showSpots);
  $("aspect").addEventListener("change", showCrop);
  $("addbox").addEventListener("click", () => boxes.add().element.focus());
  for (const [id, action] of Object.entries(savings)) $(id).addEventListener("click", () => attention && action());
}

async function start() {
  $("stage").classList.add("inviting");
  $("heat").style.opacity = $("opacity").value / 100;
  listen();
  try {
    engine = await Engine.load();
    // Now, since nothing is fetched later.
    const drawn = await (await fetch("example.svg")).blob();
    example = new File([drawn], "example.svg", {type: "image/svg+xml"});
  } catch (error) {
    $("loading").hidden = true;
    say(`The model could not be loaded: ${error.message}`, true);
    return;
  }
  const {model, threads} = engine;
  for (const [index, [rows, columns]] of model.sizes.entries()) {
    const label = model.sizes.length === QUALITIES.length ? `${QUALITIES[index]}, ${columns}×${rows}` : `${columns}×${rows}`;
    const isStandard = String([rows, columns]) === String(model.geometry.size);
    if (isStandard) standard = String(index);
    $("quality").add(new Option(label, String(index), isStandard, isStandard));
  }
  $("about").textContent = `Model ${model.model}${model.trained_on ? `, trained on ${model.trained_on}` : ""}; `
    + `${threads > 1 ? `${threads} threads` : "one thread"}; salzoo ${model.salzoo}.`;
  for (const id of ["choose", "camera", "example"]) $(id).disabled = false;
  $("loading").textContent = "The model is ready.";
  document.documentElement.dataset.ready = "true";
}

start();
