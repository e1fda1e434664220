"use strict";
(() => {
  const NONCE = document.currentScript.nonce;
  const SIGNS = "!#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";
  const unpack = async (id) => {
    const text = document.getElementById(id).textContent.trim();
    const worth = new Uint8Array(128);
    for (let i = 0; i < 85; i++) worth[SIGNS.charCodeAt(i)] = i;
    const short = (5 - (text.length % 5)) % 5, count = (text.length + short) / 5, bytes = new Uint8Array(count * 4);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      let value = 0;
      for (let k = 0; k < 5; k++) {
        const at = i * 5 + k;
        value = value * 85 + (at < text.length ? worth[text.charCodeAt(at)] : 84);
      }
      view.setUint32(i * 4, value >>> 0);
    }
    const stream = new Blob([bytes.subarray(0, bytes.length - short)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  let from = null;
  const back = document.createElement("button");
  back.className = "fz-back";
  back.type = "button";
  back.hidden = true;
  back.textContent = document.documentElement.lang === "en" ? "back" : "返回";
  back.addEventListener("click", () => {
    back.hidden = true;
    if (from) { from.scrollIntoView({ block: "center" }); from.focus({ preventScroll: true }); }
  });
  document.body.append(back);
  const show = (id, origin) => {
    const place = document.getElementById(id);
    if (!place) return false;
    document.querySelectorAll(".fz-at").forEach((other) => other.classList.remove("fz-at"));
    place.classList.add("fz-at");
    from = origin;
    back.hidden = false;
    place.scrollIntoView({ block: "center" });
    place.focus({ preventScroll: true });
    return true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#s-"]');
    if (link && show(link.getAttribute("href").slice(1), link)) event.preventDefault();
  });

  const draw = async () => {
    const places = [...document.querySelectorAll(".fz-figure[id]")].filter((f) => document.getElementById(f.id + "-data"));
    if (!places.length || typeof DecompressionStream === "undefined") return;
    const script = document.createElement("script");
    script.nonce = NONCE;
    script.textContent = await unpack("fz-bundle");
    document.head.append(script);
    if (document.fonts && document.fonts.ready) await document.fonts.ready;
    document.documentElement.classList.add("fz-live");
    const touch = matchMedia("(pointer: coarse)").matches;
    const turns = new Map(); // a point of several sentences shows the next one each time
    for (const figure of places) {
      const told = JSON.parse(document.getElementById(figure.id + "-data").textContent);
      const plot = figure.querySelector(".fz-plot");
      told.layout.autosize = true;
      const [ratio, around] = (told.layout.meta || {}).shape || []; // of a map: height by width, and pixels around it
      if (ratio) {
        told.layout.height = Math.min(told.layout.height, Math.round(plot.clientWidth * ratio + around));
        plot.style.height = told.layout.height + "px";
      }
      told.layout.dragmode = touch ? false : told.layout.dragmode || "zoom";
      await Plotly.newPlot(plot, told.data, told.layout, { displayModeBar: false, responsive: true, scrollZoom: false });
      plot.on("plotly_click", (event) => {
        const target = event.points.map((p) => p.customdata).find((c) => typeof c === "string");
        if (!target) return;
        const ids = target.split(" "), turn = turns.get(target) || 0;
        turns.set(target, turn + 1);
        show(ids[turn % ids.length], figure);
      });
      plot.on("plotly_hover", (event) => plot.classList.toggle("fz-go", event.points.some((p) => typeof p.customdata === "string")));
    }
    document.documentElement.dataset.ms = String(Math.round(performance.now()));
    document.documentElement.dataset.drawn = String(places.length);
  };
  const sources = async () => {
    const packed = document.getElementById("fz-packed-sources");
    if (!packed) return;
    document.getElementById("fz-sources-place").innerHTML = await unpack("fz-packed-sources");
    if (location.hash.startsWith("#s-")) show(location.hash.slice(1), null);
  };
  const fail = (fault) => { document.documentElement.classList.remove("fz-live"); console.error(fault); };
  sources().catch(fail);
  draw().catch(fail);
})();
