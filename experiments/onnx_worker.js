// The network by onnxruntime-web, for browser_engines.py; it answers as the demo's worker.js does.

"use strict";

importScripts("ort.js");
const place = name => new URL(name, self.location.href).href;
let session;

const actions = {
  async load({threads}) {
    ort.env.wasm.wasmPaths = {mjs: place("ort-wasm.js"), wasm: place("ort-wasm.wasm")};
    ort.env.wasm.numThreads = threads;
    session = await ort.InferenceSession.create("network.onnx", {executionProviders: ["wasm"]});
    return {};
  },

  async predict({pixels, input}) {
    const values = new Float32Array(input[0] * input[1] * 3);
    for (let from = 0, to = 0; from < pixels.length; from += 4) {
      for (let channel = 0; channel < 3; channel++) values[to++] = pixels[from + channel];
    }
    const start = performance.now();
    const tensor = new ort.Tensor("float32", values, [1, ...input, 3]);
    const [output] = Object.values(await session.run({[session.inputNames[0]]: tensor}));
    const milliseconds = performance.now() - start;
    const [, rows, columns] = output.dims;
    return {map: {data: output.data, rows, columns}, milliseconds};
  },
};

self.onmessage = async ({data: {id, action, ...request}}) => {
  try {
    self.postMessage({id, result: await actions[action](request)});
  } catch (error) {
    self.postMessage({id, error: String(error)});
  }
};
