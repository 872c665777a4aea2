/* Turning and zooming of the page of a scan that is on the screen: only how it is looked at, never the scan.
   Sizes are set through the CSSOM, which a strict CSP allows. A turn is remembered for this tab. */
"use strict";

(() => {
  const STEP = 1.25, LEAST = 0.1, MOST = 8;
  const looks = new Map(); // page → {turn, zoom}; zoom null: as wide as the window, a lying page as a whole

  const glassNow = () => document.querySelector(".glass");

  function turnKept(page) {
    try { return Number(sessionStorage.getItem(`turn ${page}`)) || 0; } catch { return 0; }
  }

  function keepTurn(page, turn) {
    try { sessionStorage.setItem(`turn ${page}`, String(turn)); } catch { /* without storage it lasts as long as the page */ }
  }

  function lookOf(glass) {
    const page = glass.dataset.page;
    if (!looks.has(page)) looks.set(page, { turn: turnKept(page), zoom: null });
    return looks.get(page);
  }

  /* Width and height as turned, and the scales at which it is as wide as the window or seen as a whole. */
  function measured(glass, look) {
    const [width, height] = [Number(glass.dataset.width), Number(glass.dataset.height)];
    const [across, down] = look.turn % 180 ? [height, width] : [width, height];
    const room = glass.parentElement.clientWidth - 40;
    const whole = Math.min(room / across, (window.innerHeight - 130) / down);
    return { width, height, across, down, whole, start: across > down ? Math.min(1, whole) : Math.min(1, room / across) };
  }

  function draw(glass) {
    const look = lookOf(glass), size = measured(glass, look), scale = look.zoom ?? size.start;
    const leaf = glass.querySelector(".leaf").style, picture = glass.querySelector("img").style;
    glass.classList.add("held");
    leaf.width = `${Math.round(size.across * scale)}px`;
    leaf.height = `${Math.round(size.down * scale)}px`;
    picture.width = `${Math.round(size.width * scale)}px`;
    picture.height = `${Math.round(size.height * scale)}px`;
    picture.transform = `translate(-50%, -50%) rotate(${look.turn}deg)`;
    document.querySelector("[data-zoom]").textContent = `${Math.round(scale * 100)}%`;
  }

  const CHANGES = {
    left: (look) => { look.turn = (look.turn + 270) % 360; look.zoom = null; },
    right: (look) => { look.turn = (look.turn + 90) % 360; look.zoom = null; },
    in: (look, size) => { look.zoom = Math.min(MOST, (look.zoom ?? size.start) * STEP); },
    out: (look, size) => { look.zoom = Math.max(LEAST, (look.zoom ?? size.start) / STEP); },
    fit: (look, size) => { look.zoom = size.whole; },
    reset: (look) => { look.turn = 0; look.zoom = null; },
  };

  function change(name) {
    const glass = glassNow();
    if (!glass) return;
    const look = lookOf(glass);
    CHANGES[name](look, measured(glass, look));
    keepTurn(glass.dataset.page, look.turn);
    draw(glass);
    if (name === "fit") glass.scrollIntoView({ block: "nearest" });
  }

  /* A page that was turned before is turned again when one comes back to it. */
  function shown() {
    const glass = glassNow();
    if (glass && (looks.has(glass.dataset.page) || turnKept(glass.dataset.page))) draw(glass);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-glass]");
    if (button) change(button.dataset.glass);
  });
  document.addEventListener("htmx:afterSettle", shown);
  window.addEventListener("resize", shown);
  shown();
})();
