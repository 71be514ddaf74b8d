"use strict";
(() => {
  const named = new Map();
  for (const element of document.querySelectorAll("[data-n]")) {
    for (const name of element.dataset.n.split(" ")) {
      if (!named.has(name)) named.set(name, []);
      named.get(name).push(element);
    }
  }
  const light = (event, on) => {
    const from = event.target.closest && event.target.closest("[data-n]");
    if (!from) return;
    for (const name of from.dataset.n.split(" ")) {
      for (const element of named.get(name) || []) element.classList.toggle("on", on);
    }
  };
  for (const [type, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(type, (event) => light(event, on));
  }
  const go = (target) => {
    const around = target.closest("details");
    if (around) around.open = true;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };
  // A note that is folded away opens when it is gone to, and so does the table of answers.
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    go(target);
    const fold = target.querySelector("details");
    if (fold) fold.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
  // In a frame that may not be looked into, how far the page is scrolled and what is unfolded is told, and taken: a
  // new page in place of this one can stand as this one stood.
  if (parent !== self) {
    document.documentElement.classList.add("framed");
    const all = [...document.querySelectorAll("details")];
    const name = (fold) => (fold.closest(".note") ? fold.closest(".note").querySelector("strong").textContent : fold.className);
    const tell = () => parent.postMessage({ scroll: scrollY, open: all.filter((fold) => fold.open).map(name) }, "*");
    addEventListener("scroll", tell, { passive: true });
    for (const fold of all) fold.addEventListener("toggle", tell);
    addEventListener("message", ({ source, data }) => {
      if (source !== parent || !Array.isArray(data.open)) return;
      for (const fold of all) fold.open = fold.open || data.open.includes(name(fold));
      scrollTo({ top: data.scroll, behavior: "instant" });
    });
  }
  const only = document.getElementById("only"); // letters typed there choose
  const notes = [...document.querySelectorAll(".note")];
  let at = -1;
  document.addEventListener("keydown", (event) => {
    const step = { n: 1, p: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.target === only || !notes.length) return;
    const here = notes.indexOf(document.activeElement.closest(".note"));
    at = here < 0 ? at : here;
    at = at < 0 && step < 0 ? notes.length - 1 : (at + step + notes.length) % notes.length;
    go(notes[at]);
  });
  // The evidence for one question alone.
  if (only) {
    only.closest("p").hidden = false;
    only.addEventListener("change", () => {
      for (const mark of document.querySelectorAll("article .picked")) mark.classList.remove("picked");
      document.querySelector("article").classList.toggle("dim", only.value !== "");
      const picked = only.value.split(" ").flatMap((name) => named.get(name) || []).filter((one) => one.matches("article .m"));
      for (const mark of picked) mark.classList.add("picked");
      if (picked.length) picked[0].scrollIntoView({ block: "center" });
    });
  }
  const folds = document.querySelectorAll(".note details, .lesser");
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...folds].filter((fold) => !fold.open);
    for (const fold of folded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of folded) fold.open = false;
  });
})();
