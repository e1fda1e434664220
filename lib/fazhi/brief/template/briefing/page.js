"use strict";
(() => {
  const NONCE = document.currentScript.nonce;
  const SIGNS = "!#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";
  const root = document.documentElement;
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

  // a number leads to its sentence, and back
  let from = null;
  const back = document.createElement("button");
  back.className = "fz-back";
  back.type = "button";
  back.hidden = true;
  back.textContent = root.lang === "en" ? "back" : "返回";
  back.addEventListener("click", () => {
    back.hidden = true;
    if (from) { from.scrollIntoView({ block: "center" }); from.focus({ preventScroll: true }); }
  });
  const said = document.createElement("p");
  said.className = "fz-said";
  said.setAttribute("aria-live", "polite");
  document.body.append(back, said);
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

  // on a phone, a row of a table that is too wide and has prose in it becomes a card whose cells say their column
  const narrow = matchMedia("(max-width: 40rem)");
  const cards = () => {
    if (!narrow.matches) return;
    const wide = [...document.querySelectorAll(".fz-table > table")].filter(
      (table) => table.offsetWidth > table.parentNode.clientWidth && table.querySelector("td.fz-l, td.fz-m"));
    for (const table of wide) {
      const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
      for (const row of table.tBodies[0].rows) [...row.cells].forEach((cell, i) => { cell.dataset.name = names[i]; });
      table.classList.add("fz-cards");
    }
  };
  narrow.addEventListener("change", cards);
  cards();

  // the static figures stand at once; one that comes near is drawn anew, with points that answer
  const load = async () => {
    const script = document.createElement("script");
    script.nonce = NONCE;
    script.textContent = await unpack("fz-bundle");
    document.head.append(script);
    if (document.fonts && document.fonts.ready) await document.fonts.ready;
  };
  const turns = new Map();  // a point of several sentences shows the next one each time
  const open = (held, origin) => {
    const ids = held.split(" "), turn = turns.get(held) || 0;
    turns.set(held, turn + 1);
    show(ids[turn % ids.length], origin);
  };
  const keys = (plot, figure) => {
    const points = plot.data.flatMap((trace, curveNumber) => [...(trace.customdata || [])].map((target, pointNumber) =>
      ({ target, curveNumber, pointNumber, trace }))).filter((point) => typeof point.target === "string");
    if (!points.length) return;
    let at = -1;
    plot.tabIndex = 0;
    plot.setAttribute("role", "application");
    plot.setAttribute("aria-describedby", figure.id + "-keys");
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (event.key === "Enter" && at >= 0) open(points[at].target, plot);
      if (!step) return;
      event.preventDefault();
      at = at < 0 && step < 0 ? points.length - 1 : (at + step + points.length) % points.length;
      const { curveNumber, pointNumber, trace } = points[at];
      Plotly.Fx.hover(plot, [{ curveNumber, pointNumber }], (trace.xaxis || "x") + (trace.yaxis || "y"));
      said.textContent = String([trace.hovertext].flat()[pointNumber] || "").replace(/<[^>]*>/g, " ");
    });
    plot.addEventListener("blur", () => Plotly.Fx.unhover(plot));
  };
  const draw = async (figure) => {
    const told = JSON.parse(document.getElementById(figure.id + "-data").textContent);
    const plot = figure.querySelector(".fz-plot");
    told.layout.autosize = true;
    const [ratio, around] = (told.layout.meta || {}).shape || [];  // of a map: height by width, and pixels around it
    if (ratio) {
      told.layout.height = Math.min(told.layout.height, Math.round(plot.clientWidth * ratio + around));
      figure.style.setProperty("--h", told.layout.height + "px");
    }
    told.layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : told.layout.dragmode || "zoom";
    await Plotly.newPlot(plot, told.data, told.layout, { displayModeBar: false, responsive: true, scrollZoom: false });
    plot.on("plotly_click", (event) => {
      const target = event.points.map((p) => p.customdata).find((c) => typeof c === "string");
      if (target) open(target, plot);
    });
    plot.on("plotly_hover", (event) => plot.classList.toggle("fz-go", event.points.some((p) => typeof p.customdata === "string")));
    keys(plot, figure);
    figure.classList.add("fz-drawn");
    root.dataset.ms ||= String(Math.round(performance.now()));
    root.dataset.drawn = String(document.querySelectorAll(".fz-drawn").length);
  };
  const figures = async () => {
    const places = [...document.querySelectorAll(".fz-figure[id]")].filter((f) => document.getElementById(f.id + "-data"));
    if (!places.length || typeof DecompressionStream === "undefined") return;
    root.classList.add("fz-live");
    let turn = null;  // one after another, and the reader's own doings between them
    const near = new IntersectionObserver((seen) => {
      for (const { target } of seen.filter((one) => one.isIntersecting)) {
        turn = (turn || new Promise((done) => requestAnimationFrame(() => setTimeout(done))).then(load)).then(async () => {
          if (target.classList.contains("fz-drawn") || target.contains(document.activeElement)) return;
          near.unobserve(target);
          await draw(target);
          await new Promise((done) => setTimeout(done));
        });
        turn.catch(fail);
      }
    }, { rootMargin: "100% 0px" });
    places.forEach((place) => near.observe(place));
  };
  const sources = async () => {
    const packed = document.getElementById("fz-packed-sources");
    if (!packed) return;
    document.getElementById("fz-sources-place").innerHTML = await unpack("fz-packed-sources");
    if (location.hash.startsWith("#s-")) show(location.hash.slice(1), null);
  };
  const fail = (fault) => { root.classList.remove("fz-live"); console.error(fault); };
  sources().catch(fail);
  figures().catch(fail);
})();
