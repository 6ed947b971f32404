"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const cards = [...document.querySelectorAll(".card")];
  const prompts = new Map(cards.map((card) => [card, plain(card.querySelector("p").textContent)]));
  const form = by("filter"), fields = [...form.elements].filter((field) => field.name);
  const links = [...document.querySelectorAll("nav a")];
  const number = (count) => count.toLocaleString("en");

  const filter = () => {
    const wanted = Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));
    const words = plain(wanted.words).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of cards) {
      const { style, endpoint, seed } = card.dataset;
      const fits = (!wanted.style || style === wanted.style) && (!wanted.endpoint || endpoint === wanted.endpoint)
        && (!wanted.seed || seed === wanted.seed) && words.every((word) => prompts.get(card).includes(word));
      card.hidden = !fits;
      shown += fits;
    }
    const where = links.length ? " on this page" : "";
    by("state").textContent = shown === cards.length ? "" : `${number(shown)} of ${number(cards.length)}${where}`;
    by("none").hidden = shown > 0 || cards.length === 0;
    const said = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value)).toString();
    by("clear").disabled = !said;
    // The other pages begin with the same wishes, and so does this one when it is loaded again.
    for (const link of links) link.hash = said;
    try { history.replaceState(null, "", said ? `#${said}` : location.pathname); } catch { /* not everywhere from a disk */ }
  };

  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    const field = fields.find((field) => field.name === name);
    if (field) field.value = value;
  }
  form.hidden = cards.length === 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  filter();

  const view = by("view"), image = view.querySelector("img");
  let current = null;
  const open = (card) => {
    current = card;
    const list = cards.filter((card) => !card.hidden && !card.classList.contains("file"));
    const at = list.indexOf(card), link = card.querySelector("a");
    image.src = link.href;
    image.alt = link.querySelector("img").alt;
    by("file").href = link.href;
    view.querySelector("p").textContent = card.querySelector("p").textContent;
    view.querySelector("dl").replaceChildren(...[...card.querySelectorAll("dl > div")].map((fact) => fact.cloneNode(true)));
    by("place").textContent = `${number(at + 1)} of ${number(list.length)}`;
    by("before").disabled = at <= 0;
    by("after").disabled = at + 1 >= list.length;
    if (!view.open) view.showModal();
    const next = list[at + 1];
    if (next) new Image().src = next.querySelector("a").href;
  };
  const step = (by) => {
    const list = cards.filter((card) => !card.hidden && !card.classList.contains("file"));
    const next = list[list.indexOf(current) + by];
    if (next) open(next);
  };
  document.querySelector(".cards").addEventListener("click", (event) => {
    const card = event.target.closest("a")?.closest(".card");
    if (!card || card.classList.contains("file") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(card);
  });
  by("before").addEventListener("click", () => step(-1));
  by("after").addEventListener("click", () => step(1));
  by("close").addEventListener("click", () => view.close());
  view.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  view.addEventListener("close", () => {
    image.removeAttribute("src");
    const link = current?.querySelector("a");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
  });
  let from = null;
  const figure = view.querySelector("figure");
  figure.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
  figure.addEventListener("touchend", (event) => {
    const to = event.changedTouches[0], across = from ? to.clientX - from.clientX : 0;
    if (Math.abs(across) > 50 && Math.abs(across) > 2 * Math.abs(to.clientY - from.clientY)) step(across < 0 ? 1 : -1);
  });
})();
