// Boxes over the picture: drawn, moved and resized by pointer or by keyboard.

const SMALLEST = 4;  // pixels on the screen; anything less is a click
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export class Boxes {
  /**
   * @param {HTMLElement} layer Over the picture, of its size.
   * @param {function(): void} changed Called after every change.
   */
  constructor(layer, changed) {
    this.layer = layer;
    this.changed = changed;
    this.items = [];  // {name, x, y, width, height, element}, fractions of the picture
    this.count = 0;
    layer.addEventListener("pointerdown", event => this.press(event));
    layer.addEventListener("keydown", event => this.key(event));
  }

  clear() {
    for (const {element} of this.items) element.remove();
    this.items = [];
    this.count = 0;
    this.changed();
  }

  /** Add a box; return it. */
  add(part = {x: 0.375, y: 0.375, width: 0.25, height: 0.25}) {
    const element = document.createElement("div");
    element.className = "box";
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.append(document.createElement("b"), document.createElement("i"));
    const item = {name: `Box ${++this.count}`, ...part, element};
    this.items.push(item);
    this.layer.append(element);
    this.place(item);
    return item;
  }

  remove(item) {
    item.element.remove();
    this.items = this.items.filter(other => other !== item);
    this.changed();
  }

  place(item) {
    for (const [side, value] of [["left", item.x], ["top", item.y], ["width", item.width], ["height", item.height]]) {
      item.element.style[side] = `${100 * value}%`;
    }
    this.changed();
  }

  /** Show the share of a box on it and to screen readers. */
  describe(item, text) {
    item.element.firstChild.textContent = `${item.name} ${text}`.trim();
    item.element.setAttribute("aria-label",
      `${item.name}${text && `, ${text} of the attention`}. Arrow keys move it, with Shift they resize it, Delete removes it.`);
  }

  press(event) {
    if (event.button) return;
    const {target} = event;
    const item = this.items.find(({element}) => element.contains(target));
    // A finger on the picture scrolls the page: boxes are added by the button then.
    if (!item && event.pointerType === "touch") return;
    event.preventDefault();
    const start = this.point(event);
    const before = item ? {...item} : null;
    const resizing = target.tagName === "I";
    let drawn = item;
    item?.element.focus();
    const move = next => {
      const at = this.point(next), dx = at.x - start.x, dy = at.y - start.y;
      if (!drawn) {
        const area = this.layer.getBoundingClientRect();
        if (Math.abs(dx) * area.width < SMALLEST || Math.abs(dy) * area.height < SMALLEST) return;
        drawn = this.add({x: start.x, y: start.y, width: 0, height: 0});
        drawn.element.focus();
      }
      if (!before) {
        Object.assign(drawn, {
          x: Math.min(start.x, at.x), y: Math.min(start.y, at.y), width: Math.abs(dx), height: Math.abs(dy),
        });
      } else if (resizing) {
        this.resize(drawn, before.width + dx, before.height + dy);
      } else {
        this.move(drawn, before.x + dx, before.y + dy);
      }
      this.place(drawn);
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  }

  key(event) {
    const item = this.items.find(({element}) => element === event.target);
    if (!item) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(item);
    } else if (event.key in ARROWS) {
      event.preventDefault();
      const [dx, dy] = ARROWS[event.key].map(step => step * 0.01);
      if (event.shiftKey) this.resize(item, item.width + dx, item.height + dy);
      else this.move(item, item.x + dx, item.y + dy);
      this.place(item);
    }
  }

  move(item, x, y) {
    item.x = Math.min(Math.max(x, 0), 1 - item.width);
    item.y = Math.min(Math.max(y, 0), 1 - item.height);
  }

  resize(item, width, height) {
    item.width = Math.min(Math.max(width, 0.01), 1 - item.x);
    item.height = Math.min(Math.max(height, 0.01), 1 - item.y);
  }

  /** Return the place of a pointer as fractions of the picture. */
  point({clientX, clientY}) {
    const {left, top, width, height} = this.layer.getBoundingClientRect();
    const inside = value => Math.min(Math.max(value, 0), 1);
    return {x: inside((clientX - left) / width), y: inside((clientY - top) / height)};
  }
}
