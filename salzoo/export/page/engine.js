// The network as a function of a picture; it runs in a worker.

const MOST_THREADS = 4;

export class Engine {
  /** Load the runtime and the model: with threads where the browser allows them, else without. */
  static async load() {
    const cores = Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS);
    if (self.crossOriginIsolated && cores > 1) {
      const engine = new Engine();
      try {
        return await engine.start(cores);
      } catch {
        engine.worker.terminate();  // a browser without relaxed SIMD, for example
      }
    }
    return new Engine().start(1);
  }

  constructor() {
    this.worker = new Worker(new URL("worker.js", import.meta.url));
    this.waiting = new Map();
    this.last = 0;
    this.worker.onmessage = ({data: {id, result, error}}) => {
      const {resolve, reject} = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    };
    this.worker.onerror = event => {
      event.preventDefault();
      for (const {reject} of this.waiting.values()) reject(new Error(event.message || "The worker failed."));
      this.waiting.clear();
    };
  }

  async start(threads) {
    this.model = await this.ask({action: "load", threads});
    this.threads = threads;
    return this;
  }

  ask(request, transfer = []) {
    return new Promise((resolve, reject) => {
      const id = ++this.last;
      this.waiting.set(id, {resolve, reject});
      this.worker.postMessage({id, ...request}, transfer);
    });
  }

  /**
   * Predict the map of a picture.
   * @param {ImageData} picture RGBA, opaque; its pixels are handed over.
   * @param {number[]} size Rows and columns of the map.
   * @param {number[]} input Rows and columns of the network's input.
   * @return {Promise<{map: object, milliseconds: number}>}
   */
  predict(picture, size, input) {
    const {data: pixels, width, height} = picture;
    return this.ask({action: "predict", pixels, width, height, size, input}, [pixels.buffer]);
  }
}
