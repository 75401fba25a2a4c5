// Plays the films of a report's replays. Without scripts, and in print, a still is in the place of each.
"use strict";
for (const replay of document.querySelectorAll(".replay")) {
  // A browser that is too old for a film keeps the stills.
  start(replay).catch(() => {});
}

async function start(replay) {
  const panels = [...replay.querySelectorAll(".panel")];
  const films = await Promise.all(panels.map((panel) => unpacked(panel.dataset.film)));
  const contexts = panels.map((panel) => {
    const canvas = document.createElement("canvas");
    // It shows what the still is a part of, whose title and description stay with it.
    const still = panel.querySelector("svg");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", still.querySelector("title").textContent);
    still.after(canvas);
    return canvas.getContext("2d");
  });
  const controls = replay.querySelector(".controls");
  const [button, slider, clock] = ["button", "input", ".time"].map((name) => controls.querySelector(name));
  const length = Math.max(...films.map((film) => film.interval * (film.pictures.length - 1)));
  slider.max = length;
  slider.step = Math.min(...films.map((film) => film.interval));
  let time = 0;
  let last = null;

  function show() {
    films.forEach((film, index) => {
      // What has ended stays at its last picture.
      const place = Math.min(Math.floor(time / film.interval + 1e-6), film.pictures.length - 1);
      paint(contexts[index], film, film.pictures[place]);
    });
    clock.textContent = `${time.toFixed(1)} s of ${length.toFixed(1)} s`;
    slider.setAttribute("aria-valuetext", clock.textContent);
  }

  function pause() {
    last = null;
    button.textContent = "Play";
  }

  function tick(now) {
    if (last === null) return;
    // A frame may be of a moment before the click.
    time = Math.min(length, time + Math.max(0, now - last) / 1000);
    last = now;
    slider.value = time;
    show();
    if (time >= length) pause();
    else requestAnimationFrame(tick);
  }

  button.addEventListener("click", () => {
    if (last !== null) return pause();
    if (time >= length) time = 0;
    last = performance.now();
    button.textContent = "Pause";
    requestAnimationFrame(tick);
  });
  slider.addEventListener("input", () => {
    time = Number(slider.value);
    show();
  });

  replay.classList.add("live");
  controls.hidden = false;
  const fit = () => {
    contexts.forEach(({ canvas }, index) => {
      const [width, height] = films[index].size;
      const scale = Math.max(1, canvas.clientWidth / width) * (window.devicePixelRatio || 1);
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    });
    show();
  };
  fit();
  window.addEventListener("resize", fit);
}

// A film from base64 and zlib.
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const film = await new Response(stream).json();
  // Most shapes are told by what has changed since the picture before.
  let before = [];
  for (const [index, shapes] of film.pictures.entries()) {
    let next = 0;
    before = film.pictures[index] = shapes.map((shape) => {
      if (shape[0] !== CHANGED) return shape;
      const [, skip, ...changes] = shape;
      next += skip + 1;
      const like = before[next - 1];
      const head = HEADS[like[0]];
      return like.map((value, at) => (at >= head ? value + (changes[at - head] ?? 0) : value));
    });
  }
  return film;
}

const CHANGED = 5;
// How many entries of each kind of shape come before the numbers that change.
const HEADS = [3, 2, 2, 2, 4];

function paint(context, film, shapes) {
  const scale = context.canvas.width / film.size[0] / film.units;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.lineCap = context.lineJoin = "round";
  for (const [kind, ...numbers] of shapes) KINDS[kind](context, film.colours, numbers);
}

// Goes from the first point by the ways after it; returns the highest and the lowest place.
function path(context, numbers) {
  let [x, y] = numbers;
  let [high, low] = [y, y];
  context.beginPath();
  context.moveTo(x, y);
  for (let at = 2; at !== numbers.length; at += 2) {
    x += numbers[at];
    y += numbers[at + 1];
    [high, low] = [Math.min(high, y), Math.max(low, y)];
    context.lineTo(x, y);
  }
  return [high, low];
}

function stroke(context, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

const KINDS = [
  function polygon(context, colours, [top, bottom, ...points]) {
    const [high, low] = path(context, points);
    context.fillStyle = colours[top];
    if (top !== bottom) {
      const gradient = context.createLinearGradient(0, high, 0, low);
      gradient.addColorStop(0, colours[top]);
      gradient.addColorStop(1, colours[bottom]);
      context.fillStyle = gradient;
    }
    context.fill();
  },
  function disc(context, colours, [colour, x, y, radius]) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = colours[colour];
    context.fill();
  },
  function line(context, colours, [colour, width, ...points]) {
    path(context, points);
    stroke(context, colours[colour], width);
  },
  function arc(context, colours, [colour, width, x, y, radius, from, to]) {
    context.beginPath();
    context.arc(x, y, radius, from / 1000, to / 1000, from > to);
    stroke(context, colours[colour], width);
  },
  function words(context, colours, [colour, align, text, size, x, y]) {
    context.font = `${size}px ui-monospace, monospace`;
    context.textAlign = ["left", "center", "right"][align];
    context.textBaseline = "middle";
    context.fillStyle = colours[colour];
    context.fillText(text, x, y);
  },
];
