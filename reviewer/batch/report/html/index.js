"use strict";
(() => {
  const body = document.querySelector("#rows tbody");
  if (!body) return;
  const rows = [...body.rows];
  const dots = [...document.querySelectorAll(".dot")];
  const dotOf = new Map(dots.map((dot) => [dot.getAttribute("href").slice(1), dot]));
  const rowOf = (dot) => document.getElementById(dot.getAttribute("href").slice(1));
  const normal = (text) => text.normalize("NFKC").toLowerCase();

  // Sorting: rows move, and nothing is drawn anew. The first order is the rank.
  const heads = [...document.querySelectorAll("#rows thead th")];
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const keys = new Map(rows.map((row) => [row, [...row.cells].map((cell) =>
    cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v))]));
  const sort = (at, order) => {
    const sign = order === "ascending" ? 1 : -1;
    rows.sort((a, b) => {
      const [x, y] = [keys.get(a)[at], keys.get(b)[at]];
      const by = typeof x === "number" ? x - y : collator.compare(x, y);
      return sign * by || keys.get(a)[0] - keys.get(b)[0];
    });
    body.append(...rows);
    for (const head of heads) head.setAttribute("aria-sort", head === heads[at] ? order : "none");
  };
  heads.forEach((head, at) => head.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    const now = head.getAttribute("aria-sort");
    // Figures are wanted from the highest down, names and ranks from the first.
    const first = head.classList.contains("figure") ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    sort(at, now === first ? other : first);
  }));

  // On a narrow screen rows are cards. A table whose display is changed is none for some screen readers unless
  // roles say so, and a card's figures need their heads beside them.
  const narrow = matchMedia("screen and (max-width: 64rem)");
  const card = () => {
    if (!narrow.matches || body.hasAttribute("role")) return;
    const table = body.parentElement;
    table.setAttribute("role", "table");
    for (const part of [table.tHead, body]) part.setAttribute("role", "rowgroup");
    for (const row of [...table.tHead.rows, ...rows]) {
      row.setAttribute("role", "row");
      for (const cell of row.cells) {
        cell.setAttribute("role", cell.tagName === "TD" ? "cell" : cell.scope === "row" ? "rowheader" : "columnheader");
        if (cell.matches("td.figure, td.rank")) cell.dataset.label = heads[cell.cellIndex].textContent;
      }
    }
  };
  narrow.addEventListener("change", card);
  card();

  // Filtering hides rows and their marks; the count is a live region.
  const filters = Object.fromEntries(["text", "verdict", "archetype", "lacks"]
    .map((name) => [name, document.getElementById("f-" + name)]).filter(([, field]) => field));
  const known = new Set(filters.archetype ? [...filters.archetype.options].map((option) => option.value) : []);
  const about = new Map();
  for (const row of rows) {
    const archetype = row.dataset.archetype;
    about.set(row, {
      text: normal(row.textContent),
      verdict: row.dataset.verdict,
      archetype: archetype && known.has(archetype) ? archetype : "-",
      lacks: new Set(row.dataset.lacks.split(" ")),
    });
  }
  const count = document.getElementById("count");
  const value = (name) => (filters[name] ? filters[name].value : "");
  const filter = () => {
    const wanted = normal(value("text")).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const own = about.get(row);
      const hidden = Boolean((value("verdict") && own.verdict !== value("verdict"))
        || (value("archetype") && own.archetype !== value("archetype"))
        || (value("lacks") && !own.lacks.has(value("lacks")))
        || !wanted.every((word) => own.text.includes(word)));
      row.hidden = hidden;
      const dot = dotOf.get(row.id);
      if (dot) dot.classList.toggle("off", hidden);
      shown += !hidden;
    }
    count.textContent = shown ? count.dataset.said.replace("{}", shown) : count.dataset.none;
    order();
  };
  const reset = () => {
    for (const field of Object.values(filters)) field.value = "";
    filter();
  };
  for (const field of Object.values(filters)) field.addEventListener("input", filter);
  document.getElementById("reset").addEventListener("click", () => {
    reset();
    filters.text.focus();
  });

  // The map is one stop for the Tab key. Left and right go along feasibility, up and down along impact, and
  // each way passes every mark, so that none that lies below another is out of reach.
  const at = new Map(dots.map((dot) => {
    const place = dot.transform.baseVal[0].matrix;
    return [dot, { x: place.e, y: place.f }];
  }));
  const along = [...dots].sort((a, b) => at.get(a).x - at.get(b).x || at.get(b).y - at.get(a).y);
  const upward = [...dots].sort((a, b) => at.get(b).y - at.get(a).y || at.get(a).x - at.get(b).x);
  let stop = null;
  const order = () => {
    const there = dots.filter((dot) => !dot.classList.contains("off"));
    if (!there.includes(stop)) stop = there[0] || null;
    for (const dot of dots) dot.setAttribute("tabindex", dot === stop ? "0" : "-1");
  };
  const near = document.getElementById("near");
  const spread = document.getElementById("spread");
  const REACH = 7;
  const MOST = 12;
  const around = (dot) => {
    const here = at.get(dot);
    return dots.filter((other) => other !== dot && !other.classList.contains("off")
      && Math.hypot(at.get(other).x - here.x, at.get(other).y - here.y) < REACH);
  };
  const link = (href, text) => {
    const made = document.createElement("a");
    made.href = href;
    made.textContent = text;
    return made;
  };
  const tell = (dot) => {
    const list = document.createElement("ul");
    const there = [dot, ...around(dot)];
    for (const one of there.slice(0, MOST)) {
      const row = rowOf(one);
      const item = document.createElement("li");
      const name = row.querySelector("th a");
      item.append(link(name.getAttribute("href"), name.textContent), " · ", link("#" + row.id, near.dataset.row),
        document.createElement("br"));
      const label = one.getAttribute("aria-label");
      item.append(label.slice(name.textContent.length + 2));
      list.append(item);
    }
    near.replaceChildren(list);
    if (there.length > MOST) {
      const more = document.createElement("p");
      more.textContent = near.dataset.more.replace("{}", there.length - MOST);
      near.append(more);
    }
  };
  // The mark that is pointed at is drawn once more above all others, larger.
  const front = document.getElementById("top");
  let lit = null;
  const light = (dot) => {
    if (lit) rowOf(lit).classList.remove("on");
    lit = dot;
    front.replaceChildren();
    if (!dot) return spread.setAttribute("width", 0);
    rowOf(dot).classList.add("on");
    const above = document.createElementNS(dot.namespaceURI, "g");
    above.setAttribute("transform", dot.getAttribute("transform"));
    above.setAttribute("class", dot.getAttribute("class"));
    above.classList.remove("dot");
    above.append(dot.querySelector(".mark").cloneNode(true));
    front.append(above);
    const [left, top, right, bottom] = dot.dataset.spread.split(" ").map(Number);
    spread.setAttribute("x", left);
    spread.setAttribute("y", top);
    spread.setAttribute("width", Math.max(right - left, 1));
    spread.setAttribute("height", Math.max(bottom - top, 1));
    return undefined;
  };
  const map = document.getElementById("dots");
  if (map) {
    const dotAt = (event) => event.target.closest(".dot");
    map.addEventListener("mouseover", (event) => {
      light(dotAt(event));
      tell(dotAt(event));
    });
    map.addEventListener("mouseout", () => light(null));
    map.addEventListener("focusin", (event) => {
      stop = dotAt(event);
      order();
      light(stop);
      tell(stop);
    });
    map.addEventListener("focusout", () => light(null));
    map.addEventListener("click", (event) => {
      event.preventDefault();
      tell(dotAt(event));
      near.querySelector("a").focus();
    });
    map.addEventListener("keydown", (event) => {
      const way = { ArrowRight: [along, 1], ArrowLeft: [along, -1], ArrowUp: [upward, 1], ArrowDown: [upward, -1],
        Home: [along, 0], End: [along, 0] }[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const there = way[0].filter((dot) => !dot.classList.contains("off"));
      const next = { Home: 0, End: there.length - 1 }[event.key] ?? there.indexOf(dotAt(event)) + way[1];
      const target = there[(next + there.length) % there.length];
      target.focus();
    });
    body.addEventListener("focusin", (event) => light(dotOf.get(event.target.closest("tr").id)));
    body.addEventListener("focusout", () => light(null));
    body.addEventListener("mouseover", (event) => light(dotOf.get(event.target.closest("tr").id)));
    body.addEventListener("mouseout", () => light(null));
  }

  // "#lacks=7" filters, "#r12" leads to a row, which is shown if a filter hid it.
  const follow = () => {
    const [name, wanted] = location.hash.slice(1).split("=");
    if (name === "lacks" && filters.lacks) {
      reset();
      filters.lacks.value = wanted;
      filter();
      document.getElementById("ranked").focus();
      return;
    }
    const row = document.getElementById(name);
    if (!row || !body.contains(row)) return;
    if (row.hidden) reset();
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  order();
  follow();
})();
