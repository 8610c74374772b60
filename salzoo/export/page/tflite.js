// Sets the size of a LiteRT model's input in its file, since LiteRT.js cannot resize a model.
//
// The file is a FlatBuffer (tensorflow/lite/schema/schema.fbs). `salzoo export --to web` leaves
// rows and columns of the input open; here they are written into the shapes of the input and of
// the output. All other shapes follow from them when the model is loaded.

const SUBGRAPHS = 2, TENSORS = 0, INPUTS = 1, OUTPUTS = 2, SHAPE = 0, SIGNATURE = 7;

/**
 * Return a copy of a model for inputs of one size.
 * @param {ArrayBuffer} file Bytes of a .tflite file with one input (1, ?, ?, 3) and one output.
 * @param {number[]} size Rows and columns of the input.
 * @param {number} scale Rows of the output divided by those of the input.
 * @return {Uint8Array}
 */
export function withInputSize(file, [rows, columns], scale) {
  const bytes = new Uint8Array(file.slice(0)), view = new DataView(bytes.buffer);
  const follow = at => at + view.getUint32(at, true);
  const field = (table, number) => {
    const vtable = table - view.getInt32(table, true);
    const slot = 4 + 2 * number;
    const offset = slot < view.getUint16(vtable, true) ? view.getUint16(vtable + slot, true) : 0;
    return offset ? follow(table + offset) : 0;
  };
  const item = (vector, index) => vector + 4 + 4 * index;
  const graph = follow(item(field(follow(0), SUBGRAPHS), 0));
  const set = (list, sizes) => {
    const index = view.getInt32(item(field(graph, list), 0), true);
    const tensor = follow(item(field(graph, TENSORS), index));
    for (const name of [SHAPE, SIGNATURE]) {
      const shape = field(tensor, name);
      if (shape) sizes.forEach((length, axis) => view.setInt32(item(shape, axis + 1), length, true));
    }
  };
  set(INPUTS, [rows, columns]);
  set(OUTPUTS, [Math.round(rows * scale), Math.round(columns * scale)]);
  return bytes;
}
