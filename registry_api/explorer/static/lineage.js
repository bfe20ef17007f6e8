// Draws the parts and ties of a page's JSON (registry_api/explorer/diagram). Parts that are alike stand as one until they
// are opened. The table of the page says the same.
import cytoscape from "./vendor/cytoscape.js";
import dagre from "./vendor/cytoscape-dagre.js";
import { asSvg } from "./lineage-svg.js";

cytoscape.use(dagre);

const SIGNS = { recalled: "✕", revoked: "✕", withdrawn: "✕", suspended: "‖", tainted: "▲", affected: "△" };
const FILLS = { datasetVersion: "--of-data", consent: "--of-consent", run: "--of-run", modelVersion: "--of-version" };
/** What leans on a part in trouble is not in trouble itself. */
const isOwn = (one) => Boolean(one.trouble) && !["tainted", "affected"].includes(one.trouble);
const SHAPES = { datasetVersion: "barrel", consent: "round-rectangle", run: "cut-rectangle", modelVersion: "rectangle" };
const LINES = { verified: "solid", attested: "dashed", asserted: "dotted" };
const WEAKEST = Object.keys(LINES);
const WIDTH = 236, LINE = 17, LETTERS = 32, LISTED = 60;
const COUNT = new Intl.NumberFormat(document.documentElement.lang);
const SLID = "#slid"; // ends the address to which the slider has led

const drawing = document.querySelector("[data-picture]");
const find = (selector) => drawing.querySelector(selector);
const open = new Set();
const canvas = find(".canvas"), input = find("#find"), list = find("#found"), chosen = find(".chosen");
let data, cy, known, current = null;

/** From top to bottom where there is no room from left to right. */
const isNarrow = () => canvas.clientWidth < 640;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const cut = (text) => (text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text);

/** What a part or a group says of itself, a line each. */
function lines(one) {
  const state = one.trouble ? `${SIGNS[one.trouble]} ${one.wrong}` : one.state;
  return [one.name, one.holder, one.under, state].filter(Boolean);
}

/** Parts and closed groups, by the id under which they stand, and the ties between those. */
function standing() {
  const as = new Map(data.parts.map((part) => [part.id, part.group && !open.has(part.group) ? part.group : part.id]));
  const nodes = new Map();
  for (const part of data.parts) {
    const id = as.get(part.id);
    nodes.set(id, id === part.id ? part : { ...data.groups[id], id, closed: true });
  }
  const ties = new Map();
  for (const tie of data.ties) {
    const [source, target] = [as.get(tie.source), as.get(tie.target)];
    if (source === target) continue;
    const known = ties.get(`${source} ${target}`)?.level ?? tie.level;
    const level = WEAKEST[Math.max(WEAKEST.indexOf(known), WEAKEST.indexOf(tie.level))];
    const { trouble } = nodes.get(source);
    ties.set(`${source} ${target}`, { source, target, level, trouble, own: isOwn({ trouble }) });
  }
  return { as, nodes, ties: [...ties.values()] };
}

function style() {
  const [ink, soft, warn, bad] = ["--ink", "--soft", "--warn", "--bad"].map(colour);
  const fills = Object.fromEntries(Object.entries(FILLS).map(([kind, name]) => [kind, colour(name)]));
  const [from, to] = isNarrow() ? ["180deg", "0deg"] : ["90deg", "270deg"];
  return [
    {
      selector: "node",
      style: {
        width: WIDTH, height: (node) => 22 + LINE * node.data("lines").length,
        label: (node) => node.data("lines").map(cut).join("\n"),
        shape: (node) => SHAPES[node.data("kind")], "background-color": (node) => fills[node.data("kind")],
        "border-width": 2, "border-color": soft, "border-style": (node) => LINES[node.data("level")],
        color: ink, "font-size": 13, "line-height": 1.25, "text-wrap": "wrap", "text-valign": "center", "min-zoomed-font-size": 5,
      },
    },
    { selector: "node[?subject]", style: { "border-width": 4, "border-color": colour("--link"), "font-weight": 700 } },
    { selector: "node[?closed]", style: { ghost: "yes", "ghost-offset-x": 7, "ghost-offset-y": 7, "ghost-opacity": 0.5 } },
    { selector: "node[?trouble]", style: { "border-width": 6, "border-color": warn, "background-color": colour("--warn-back"), color: warn } },
    {
      selector: "node[?own]",
      style: { shape: "octagon", "border-color": bad, "background-color": colour("--bad-back"), color: bad, "font-weight": 700 },
    },
    { selector: "node:selected", style: { "outline-width": 5, "outline-color": colour("--focus"), "outline-offset": 3 } },
    {
      selector: "edge",
      style: {
        width: 2, "line-color": soft, "line-style": (edge) => LINES[edge.data("level")], "curve-style": "straight",
        "source-endpoint": from, "target-endpoint": to,
        "target-arrow-shape": "triangle", "target-arrow-color": soft,
      },
    },
    { selector: "edge[?trouble]", style: { width: 5, "line-color": warn, "target-arrow-color": warn } },
    { selector: "edge[?own]", style: { "line-color": bad, "target-arrow-color": bad } },
  ];
}

/** Lays out all that stands, anew. */
function draw() {
  const began = performance.now();
  delete canvas.dataset.laidOut;
  const { nodes, ties } = standing();
  const subjects = new Set(data.subjects);
  const elements = [...nodes.values()].map((one) => ({ data: { ...one, lines: lines(one), own: isOwn(one), subject: subjects.has(one.id) } }));
  cy.batch(() => {
    cy.elements().remove();
    cy.add([...elements, ...ties.map((tie) => ({ data: tie }))]);
  });
  const rankDir = isNarrow() ? "TB" : "LR";
  const layout = cy.layout({ name: "dagre", rankDir, ranker: "tight-tree", nodeSep: 16, rankSep: 100, padding: 24, animate: false });
  layout.one("layoutstop", () => {
    Object.assign(canvas.dataset, { standing: nodes.size, laidOut: Math.round(performance.now() - began) });
  });
  layout.run();
}

/** Opens or closes groups, and keeps in view what was opened. */
function turn(change, group) {
  change();
  if (open.has(current?.id)) forget();
  draw();
  listFound();
  if (group) cy.fit(cy.nodes().filter((node) => node.data("group") === group), 40);
}

/** Says what a part or group is, marks it, and brings it into view when `near`. */
function choose(one, near) {
  current = one;
  const node = cy.getElementById(standing().as.get(one.id) ?? one.id);
  cy.$(":selected").unselect();
  node.select();
  if (near) {
    if (cy.zoom() < 0.7) cy.zoom(0.9);
    cy.center(node);
  }
  const text = document.createElement("span");
  text.textContent = `${lines(one).join(", ")} (${data.levels[one.level]}). `;
  const way = document.createElement(one.page ? "a" : "button");
  way.textContent = one.page ? data.words.openPage : data.words.openGroup;
  if (one.page) way.href = pageOf(one);
  else way.addEventListener("click", () => enter(one));
  chosen.replaceChildren(text, way);
  for (const option of list.children) option.setAttribute("aria-selected", option.one.id === one.id);
  const active = [...list.children].find((option) => option.one.id === one.id);
  active?.scrollIntoView({ block: "nearest" });
  if (active) input.setAttribute("aria-activedescendant", active.id);
  else input.removeAttribute("aria-activedescendant");
}

/** A group that is open stands no more. */
function forget() {
  if (chosen.contains(document.activeElement)) chosen.focus(); // its button goes
  current = null;
  chosen.replaceChildren();
}

/** As of the date that this page is as of. */
function pageOf(one) {
  const asOf = new URLSearchParams(location.search).get("asOf");
  return asOf ? `${one.page}?${new URLSearchParams({ asOf })}` : one.page;
}

/** Opens a group, or the group that a part stands in, or else the part's page. */
function enter(one) {
  const group = one.closed ? one.id : one.group;
  if (group && !open.has(group)) {
    turn(() => open.add(group), group);
    if (!one.closed) choose(one, true);
  } else if (one.page) {
    location.assign(pageOf(one));
  }
}

/** The parts that have every word sought; without a word, all that stands. */
function listFound() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (one) => [data.kinds[one.kind], ...lines(one), one.state, one.id].join(" ").toLowerCase();
  const has = (one) => words.every((word) => text(one).includes(word));
  const all = words.length ? data.parts.filter(has) : [...standing().nodes.values()];
  const options = all.slice(0, LISTED).map((one, place) => {
    const option = document.createElement("li");
    Object.assign(option, { id: `found-${place}`, role: "option", one, textContent: lines(one).join(", ") });
    option.setAttribute("aria-selected", "false");
    option.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where one types
    option.addEventListener("click", () => (current?.id === one.id ? enter(one) : choose(one, true)));
    return option;
  });
  list.replaceChildren(...options);
  tellHits(all.length);
  input.removeAttribute("aria-activedescendant");
  if (words.length && all.length) choose(all[0], true);
}

/** When nothing is found, or more than is listed. */
function tellHits(number) {
  const hits = find(".hits"), { none, some } = hits.dataset;
  const more = number > LISTED ? some.replace("{listed}", LISTED).replace("{all}", COUNT.format(number)) : "";
  hits.textContent = number ? more : none;
}

function expand(shown) {
  list.hidden = !shown;
  input.setAttribute("aria-expanded", shown);
}

function onKey(event) {
  const options = [...list.children];
  const at = options.findIndex((option) => option.one.id === current?.id);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? options.length - 1 : at - 1, Enter: at }[event.key];
  if (to === undefined || !options.length) return;
  event.preventDefault();
  if (event.key === "Enter") {
    if (current) enter(current);
  } else {
    choose(options[(to + options.length) % options.length].one, true);
  }
}

function save(blob, suffix) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${drawing.dataset.file}${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const zoom = (by) => cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });

const ACTS = {
  fit: () => cy.fit(undefined, 24),
  larger: () => zoom(1.3),
  smaller: () => zoom(1 / 1.3),
  open: () => turn(() => Object.keys(data.groups).forEach((group) => open.add(group))),
  close: () => turn(() => open.clear()),
  png: () => save(cy.png({ output: "blob", full: true, scale: 2, maxWidth: 8000, maxHeight: 8000, bg: colour("--card") }), ".png"),
  svg: () => save(new Blob([asSvg(cy, { cut, LINE })], { type: "image/svg+xml" }), ".svg"),
};

/** The slider goes through the moments that the form lists; left alone for a while, it sends the form, and has the
 * focus again on the page that comes. */
function slide(form) {
  const [select, range] = [form.querySelector("select"), form.querySelector("input[type=range]")];
  let waiting;
  const tell = () => range.setAttribute("aria-valuetext", select.selectedOptions[0].text);
  range.hidden = false;
  range.value = range.defaultValue = select.selectedIndex; // nobody has moved it yet (live.js)
  tell();
  select.addEventListener("change", () => { range.value = select.selectedIndex; tell(); });
  range.addEventListener("input", () => { select.selectedIndex = range.value; tell(); });
  range.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (document.activeElement === range) form.action = SLID;
      form.requestSubmit();
    }, 700);
  });
  if (location.hash !== SLID) return;
  range.focus();
  history.replaceState(null, "", location.pathname + location.search);
}

/** Whether there is something new. */
async function read() {
  const answer = await fetch(drawing.dataset.picture).catch(() => null); // the node may be away
  const text = answer?.ok ? await answer.text() : known;
  if (text === known) return false;
  known = text;
  data = JSON.parse(text);
  return true;
}

async function begin() {
  if (!(await read())) return;
  for (const part of [find(".tools"), canvas, chosen]) part.hidden = false;
  cy = cytoscape({ container: canvas, style: style(), minZoom: 0.02, maxZoom: 3, hideEdgesOnViewport: data.parts.length > 200 });
  cy.on("tap", "node", (event) => enter(event.target.data()));
  cy.on("mouseover", "node", (event) => choose(event.target.data(), false));
  draw();
  listFound();
  input.addEventListener("input", listFound);
  input.addEventListener("keydown", onKey);
  for (const [event, shown] of [["focus", true], ["blur", false]]) input.addEventListener(event, () => expand(shown));
  for (const button of drawing.querySelectorAll("[data-do]")) button.addEventListener("click", ACTS[button.dataset.do]);
  // The page looks again by itself (live.js), and then names another block.
  const look = async () => { if (await read()) turn(() => {}); };
  new MutationObserver(look).observe(drawing, { attributeFilter: ["data-picture"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(style()));
}

slide(document.querySelector(".moments"));
begin();
