// Where pictures come from: files, the clipboard, the camera.

// Larger pictures are reduced: some browsers draw no larger canvas.
const LARGEST_PIXELS = 16e6;

/**
 * Decode a file into a canvas, upright, with alpha over white as `salzoo predict` does.
 * @param {Blob} file Picture of a format that the browser reads.
 * @return {Promise<HTMLCanvasElement>}
 */
export async function decode(file) {
  await checkEnd(file);
  // As salzoo reads files: turned by their EXIF orientation, without colour management.
  const options = {imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none"};
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, options);
  } catch {
    bitmap = await decodeElement(file);  // SVG
  }
  const {width, height} = bitmap;
  const scale = Math.min(1, Math.sqrt(LARGEST_PIXELS / (width * height)));
  const canvas = toCanvas(bitmap, Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale)));
  bitmap.close?.();
  return canvas;
}

/** Refuse a JPEG or PNG file that is cut short: browsers would show what is there. */
async function checkEnd(file) {
  const read = async part => String.fromCharCode(...new Uint8Array(await part.arrayBuffer()));
  const start = await read(file.slice(0, 4)), end = await read(file.slice(-4096));
  const marks = {"\xff\xd8": "\xff\xd9", "\x89P": "IEND"};
  const mark = marks[start.slice(0, 2)];
  if (mark && !end.includes(mark)) throw new Error("cut short");
}

async function decodeElement(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    if (!image.width || !image.height) throw new Error("no pixels");
    return image;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** Draw an image, a video frame or a bitmap into a new canvas, over white. */
export function toCanvas(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  // In memory, not on a graphics card, whose colours may differ.
  const context = canvas.getContext("2d", {willReadFrequently: true});
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** Return the first picture among dropped or pasted files, or null. */
export function pictureIn(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find(file => file.type.startsWith("image/")) ?? files[0] ?? null;
}

/** The camera as a source of frames. */
export class Camera {
  /** @param {HTMLVideoElement} video Shows the camera's picture. */
  constructor(video) {
    this.video = video;
    this.stream = null;
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new Error("The browser gives no camera to this page: it needs https or this machine's own address.");
    }
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {width: {ideal: 640}, height: {ideal: 480}, facingMode: {ideal: "environment"}},
    });
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    this.stream = null;
  }

  /** Return the present frame as a canvas, or null before the first one. */
  frame() {
    const {videoWidth, videoHeight} = this.video;
    if (!videoWidth) return null;
    this.canvas ??= toCanvas(this.video, videoWidth, videoHeight);
    if (this.canvas.width !== videoWidth || this.canvas.height !== videoHeight) {
      this.canvas = toCanvas(this.video, videoWidth, videoHeight);
    } else {
      this.canvas.getContext("2d").drawImage(this.video, 0, 0);
    }
    return this.canvas;
  }
}

/** Say in one sentence why there is no camera. */
export function describeCamera(error) {
  const known = {
    NotAllowedError: "The camera was not allowed; allow it in the browser's address bar.",
    NotFoundError: "There is no camera on this device.",
    NotReadableError: "The camera is used by another program; close it and try again.",
  };
  return known[error.name] ?? `There is no camera: ${error.message}`;
}
