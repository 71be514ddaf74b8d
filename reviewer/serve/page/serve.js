"use strict";
(() => {
  const PAUSE = 250; // milliseconds without a key before the text is read again
  const MOST = 10_000_000;
  const $ = (id) => document.getElementById(id);
  const { csrf, words, model } = document.body.dataset;
  const said = JSON.parse(words);
  const say = (key, values = {}) => said[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  const text = $("text");
  const page = String(Math.random()); // no secret: whose reviews these are, where several pages are open

  // What is on the page: a file as it came, until it is edited; its review; and the review to compare with.
  let file = null;
  let name = "";
  let now = null;
  let base = null;
  let force = false;
  let comparing = false;

  // Asking the server

  const post = async (path, body, signal) => {
    let answer;
    try {
      answer = await fetch(path, { method: "POST", body, signal, headers: { "X-Reviewer-CSRF": csrf } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Error(say("gone"));
    }
    if (answer.ok) return answer;
    if (!(answer.headers.get("content-type") || "").startsWith("application/json")) {
      throw new Error(say(answer.status >= 500 ? "broken" : "gone"));
    }
    throw new Error((await answer.json()).error);
  };

  // One review at a time: what is typed meanwhile is read after it, as it is then.
  let busy = false;
  let again = false;
  let timer = 0;
  let composing = false;
  // A model is asked about the text as it stands there, so not before that was read.
  const askable = (is) => {
    if (model) $("ask").disabled = !is || composing || again || timer !== 0;
  };
  const review = async () => {
    clearTimeout(timer);
    timer = 0;
    if (busy) {
      again = true;
      return;
    }
    if (!file && !text.value.trim()) return clear();
    busy = true;
    again = false;
    askable(false);
    const [from, since] = [file, base];
    const query = new URLSearchParams({ rubric: $("rubric").value, lang: $("lang").value, name: name || say("pasted"), page });
    if (since) query.set("base", since.id);
    if (force) query.set("force", "1");
    $("state").textContent = say("reading");
    try {
      const answer = await (await post(`/review?${query}`, from ? from.bytes : text.value)).json();
      if (from && !answer.text) throw new Error(`${say("stopped")} ${answer.reason}`);
      if (from && from === file) {
        text.value = answer.text;
        file.next = answer.next;
      }
      // It made room: from here on it is compared with what is there now.
      if (since && since === base && !answer.based) base = null;
      show(answer);
      askable(true);
    } catch (error) {
      // A file that gave no text takes nobody's place: the one before it is still in the editor.
      if (from && from === file && !from.next) {
        ({ file, name, base } = from.before);
        askable(now);
      }
      fail(error.message);
    } finally {
      busy = false;
    }
    if (again) review();
  };
  // Where no text is left, nothing is said of one.
  const clear = () => {
    $("board").hidden = $("trouble").hidden = true;
    $("state").textContent = $("name").textContent = wanted = "";
    $("waiting").hidden = false;
    front.className = "back";
  };
  const later = () => {
    clearTimeout(timer);
    timer = composing ? 0 : setTimeout(review, PAUSE);
    askable(false);
  };

  // Showing

  const fail = (message, forcible = false) => {
    $("state").textContent = "";
    $("trouble").hidden = false;
    $("trouble").firstElementChild.textContent = message;
    $("force").hidden = !forcible;
  };
  const make = (tag, content = "", kind = "") => {
    const element = document.createElement(tag);
    element.textContent = content;
    element.className = kind;
    return element;
  };
  const show = (answer) => {
    const reviewed = answer.status === "reviewed";
    if (reviewed) {
      now = answer;
      base = base || answer;
      $("trouble").hidden = true;
      figures();
    } else {
      fail(`${say("stopped")} ${answer.reason}`, answer.status === "skipped");
    }
    $("name").textContent = answer.name;
    $("board").hidden = !reviewed;
    if (!reviewed) return frame(`/report/${answer.id}`);
    const coach = $("voice").value === "coach"; // no verdict, no figures
    const axes = coach ? [] : answer.axes.map((axis) => `${axis.name} ${Math.round(axis.point)}`);
    const heard = [answer.verdict && !coach ? `${answer.verdict.text}.` : "", axes.join(", ")].join(" ");
    $("state").replaceChildren(say(answer.engine === "llm" ? "done.llm" : "done", answer), make("span", heard, "unseen"));
    $("figures").hidden = coach;
    $("changes").hidden = coach || base.id === now.id;
    $("changes").textContent = say("changes.since", { name: base.name === now.name ? say("first") : base.name });
    if ($("changes").hidden) comparing = false;
    $("changes").setAttribute("aria-pressed", String(comparing));
    const voice = coach ? "?voice=coach" : "";
    for (const link of document.querySelectorAll("[data-format]")) {
      link.href = `/download/${now.id}/${link.dataset.format}${voice}`;
    }
    $("alone").href = `/report/${now.id}${voice}`;
    frame(comparing ? `/compare/${base.id}/${now.id}` : $("alone").href);
  };
  const figures = () => {
    $("verdict").hidden = !now.verdict;
    if (now.verdict) {
      $("verdict").className = now.verdict.is;
      $("verdict").replaceChildren(now.verdict.text, " ", make("span", now.verdict.quadrant));
    }
    const same = base.engine === now.engine; // a difference of engines is not one of texts
    const list = $("axes");
    const all = [...now.axes, { ...now.said, low: now.said.point, high: now.said.point }];
    const before = same ? [...base.axes, base.said] : [];
    while (list.children.length > all.length) list.lastElementChild.remove();
    all.forEach((axis, at) => {
      const box = list.children[at] || list.appendChild(make("div"));
      if (!box.children.length) {
        const bar = make("div", "", "bar");
        bar.append(make("i"), make("b"));
        bar.setAttribute("aria-hidden", "true");
        box.append(make("dt"), make("dd"), bar);
      }
      const [title, figure, bar] = box.children;
      title.textContent = axis.name;
      figure.replaceChildren(make("b", Math.round(axis.point)));
      const old = before.find((other) => other.name === axis.name);
      const moved = old ? Math.round(axis.point) - Math.round(old.point) : 0;
      if (moved) figure.append(" ", make("span", moved > 0 ? `+${moved}` : `−${-moved}`, `moved ${moved > 0 ? "up" : "down"}`));
      if (axis.high > axis.low) figure.append(" ", make("small", `${Math.round(axis.low)}–${Math.round(axis.high)}`));
      // Through the object model: the page's policy knows no style in an attribute.
      for (const key of ["low", "point", "high"]) bar.style.setProperty(`--${key}`, `${axis[key]}%`);
    });
  };

  // Two frames take turns, so that the report neither flashes nor loses its place. They may not be looked into, nor
  // can they look out: a report tells how far it is scrolled and what is unfolded, and is told.
  const frames = [...document.querySelectorAll("iframe")];
  let front = frames[0];
  const start = { scroll: 0, open: [] };
  let place = start;
  // A frame that is still loading is not sent elsewhere: now and then the browser would not go there.
  let wanted = "";
  let loading = "";
  const frame = (url) => {
    $("waiting").hidden = true;
    wanted = url;
    if (!loading) load();
  };
  const load = () => {
    const next = frames.find((one) => one !== front);
    loading = wanted;
    next.onload = () => {
      next.onload = null;
      const shown = loading;
      loading = "";
      if (!wanted) return;
      next.contentWindow.postMessage(place, "*");
      front.className = "back";
      next.className = "";
      front = next;
      if (shown !== wanted) load();
    };
    next.contentWindow.location.replace(loading);
  };
  addEventListener("message", (event) => {
    if (event.source === front.contentWindow) place = event.data;
  });

  // Text and files that come in

  const open = async (files) => {
    const [first] = files;
    if (!first) return;
    if (first.size > MOST) return fail(say("too_large", { name: first.name }));
    const bytes = await first.arrayBuffer().catch(() => null);
    if (!bytes) return fail(say("unreadable", { name: first.name }));
    file = { bytes, before: { file, name, base } };
    name = first.name;
    arrived();
    await review();
    if (files.length > 1) fail(say("several", { name: first.name }));
  };
  // What comes as a whole is a new version: it is compared with what was there.
  const arrived = () => {
    base = now;
    force = false;
    place = start;
  };
  // Nothing is stored, so what was typed goes with the page: it is asked for once more, unless it was downloaded.
  let unsaved = false;
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  for (const link of document.querySelectorAll("[data-format]")) {
    link.addEventListener("click", () => {
      unsaved = false;
    });
  }
  text.addEventListener("input", (event) => {
    unsaved = unsaved || event.inputType !== "insertFromPaste";
    if (file && file.next) name = file.next;
    file = null;
    later();
  });
  text.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
  });
  text.addEventListener("compositionend", () => {
    composing = false;
    later();
  });
  text.addEventListener("paste", (event) => {
    const { files } = event.clipboardData;
    if (files.length) {
      event.preventDefault();
      open([...files]);
    } else if (text.selectionEnd - text.selectionStart >= text.value.trimEnd().length) {
      file = null; // what stands there now is no longer it
      name = "";
      arrived();
    }
  });
  $("file").addEventListener("change", (event) => {
    open([...event.target.files]);
    event.target.value = ""; // so that the same file, changed, can be chosen again
  });
  document.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) open([...event.dataTransfer.files]); // else the model's answer is another's
  });

  // Choices and buttons

  for (const choice of ["rubric", "lang"]) {
    $(choice).addEventListener("change", () => {
      base = null; // figures of two rubrics say nothing about each other
      review();
    });
  }
  $("voice").addEventListener("change", () => now && show(now));
  $("force").addEventListener("click", () => {
    force = true;
    text.focus();
    review();
  });
  $("start").addEventListener("click", () => {
    base = now;
    show(now);
  });
  $("changes").addEventListener("click", () => {
    comparing = !comparing;
    place = start;
    show(now);
  });

  // The model: what it takes first, then a button, then how far it is

  if (!model) return;
  const dialog = $("asking");
  let stop = null;
  $("ask").addEventListener("click", async () => {
    try {
      const takes = await (await post(`/estimate/${now.id}`)).json();
      if (takes.left_out.length) return fail(takes.left_out[0].reason);
      const figure = (number) => number.toLocaleString();
      const money = (dollars) => dollars.toFixed(4);
      $("host").textContent = takes.calls ? say("ask.host", { host: takes.host }) : say("ask.kept");
      $("held").textContent = takes.calls && takes.held ? say("ask.held", takes) : "";
      $("takes").textContent = say("ask.takes", {
        calls: takes.calls, input: figure(takes.input_tokens), output: figure(takes.output_tokens),
      });
      $("cost").textContent = takes.likely_cost === null
        ? say("ask.unknown") : say("ask.cost", { likely: money(takes.likely_cost), most: money(takes.most_cost) });
      $("progress").textContent = "";
      $("send").hidden = false;
      dialog.dataset.host = takes.host;
      dialog.showModal();
    } catch (error) {
      fail(error.message);
    }
  });
  $("send").addEventListener("click", async () => {
    $("send").hidden = true;
    $("cancel").focus();
    stop = new AbortController();
    try {
      const answer = await post(`/ask/${now.id}`, undefined, stop.signal);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const tell = (line) => {
        const at = JSON.parse(line);
        if (at.error) throw new Error(at.error);
        if (at.id) show(at);
        else $("progress").textContent = say("ask.busy", { ...at, host: dialog.dataset.host });
      };
      for (let rest = "", { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        lines.forEach(tell);
      }
    } catch (error) {
      // A type error is an answer that breaks off.
      if (error.name !== "AbortError") fail(error instanceof TypeError ? say("gone") : error.message);
    } finally {
      stop = null;
      dialog.close();
    }
  });
  $("cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => stop && stop.abort());
})();
