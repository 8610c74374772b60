// Runs the network beside the page, so that the page stays responsive. A classic worker, because
// LiteRT.js loads its WebAssembly with importScripts.

"use strict";

const RUNTIME = new URL("litert/", self.location.href).href;
let runtime, geometryModule, tflite, model, file, compiled, threads = 1;

const actions = {
  /** Load the runtime and the model; answers with the model's description. */
  async load(request) {
    threads = request.threads;
    const names = ["./litert/index.js", "./geometry.js", "./tflite.js"];
    [runtime, geometryModule, tflite] = await Promise.all(names.map(name => import(name)));
    const script = `${RUNTIME}litert_wasm_threaded_internal.js`;
    self.Module = {
      locateFile: name => RUNTIME + name,
      print() {},  // its notes about accelerators
      printErr() {},
      ...(threads > 1 && {mainScriptUrlOrBlob: script}),
    };
    const silenced = console.warn;
    console.warn = () => {};  // that there is no WebGPU, which is not used
    await runtime.loadLiteRt(RUNTIME, {threads: threads > 1});
    console.warn = silenced;
    model = await (await fetchFile("model.json")).json();
    file = await (await fetchFile(model.file)).arrayBuffer();
    await checkDigest(file, model.sha256);
    return model;
  },

  /** Predict the map of a picture; answers with the map and the milliseconds of the network. */
  async predict({pixels, width, height, size, input}) {
    const {fitPicture, unfitMap, divideByMaximum} = geometryModule;
    const geometry = {...model.geometry, size: input};
    const fitted = fitPicture(geometry, {data: pixels, width, height});
    await compile([fitted.rows, fitted.columns]);
    const start = performance.now();
    const tensor = new runtime.Tensor(fitted.data, [1, fitted.rows, fitted.columns, 3]);
    const [output] = await compiled.network.run(tensor);
    const [, rows, columns] = output.type.layout.dimensions;
    const plane = {data: output.toTypedArray().slice(), rows, columns, channels: 1};
    const milliseconds = performance.now() - start;
    tensor.delete();
    output.delete();
    const map = unfitMap(geometry, plane, [height, width], size);
    if (model.divide_by_maximum) divideByMaximum(map);
    return {map, milliseconds, threads};
  },
};

async function fetchFile(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response;
}

async function checkDigest(bytes, expected) {
  if (!self.crypto?.subtle) return;  // on an insecure origin
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, byte => byte.toString(16).padStart(2, "0")).join("");
  if (found !== expected) throw new Error("The model's file is damaged: its checksum is wrong.");
}

/** Compile the network for an input size, unless it is the last one. */
async function compile(size) {
  if (compiled?.key === String(size)) return;
  compiled?.network.delete();
  compiled = undefined;
  const bytes = tflite.withInputSize(file, size, model.map_scale);
  const options = {accelerator: "wasm", cpuOptions: {numThreads: threads}};
  compiled = {key: String(size), network: await runtime.loadAndCompile(bytes, options)};
}

// One after the other: a second picture waits for the first.
let queue = Promise.resolve();
self.onmessage = ({data: {id, action, ...request}}) => {
  queue = queue.then(async () => {
    try {
      self.postMessage({id, result: await actions[action](request)});
    } catch (error) {
      self.postMessage({id, error: String(error?.message ?? error)});
    }
  });
};
