// Pages that move by themselves. The node tells what is new (`/live`); the page is fetched again and its main part changed
// where it differs, in place: the focus, the scroll and what is opened stay. A form that somebody has typed into is never
// touched: the page says that there is news instead. A page as of an earlier block has no `data-after` and stays as it is.
// What a script of its own draws is marked with `hx-morph-skip`, and stays as well.

import { dress } from "./times.js";

const main = document.getElementById("main");
const acting = document.querySelector(".acting"); // who is signed in
const news = document.getElementById("news");
const SOON = 200; // milliseconds in which more news is gathered
const REST = 2; // times as long as the last fetch took, until the next
const LATER = 10_000; // milliseconds until what was refused or failed is asked for again

let morph = null;
let after = main.dataset.after;
let source = null;
let due = null;
let looking = false;
let missed = false; // there is news that the page does not show
let earliest = 0;

globalThis.htmx?.config.morphIgnore.push("open"); // what a reader opened or closed
globalThis.htmx?.registerExtension("live", { init: (internal) => { morph = internal.morph; } });

dress(document);
if (after !== undefined) {
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : follow()));
  if (!document.hidden) follow();
}

// One stream for the page that is looked at: a browser has few connections to a host.
function follow() {
  if (source) return;
  source = new EventSource(`/live?after=${encodeURIComponent(after)}`);
  source.onmessage = (event) => {
    after = event.lastEventId;
    missed = true;
    lookAgain(SOON);
  };
  source.onerror = () => {
    if (source?.readyState !== EventSource.CLOSED) return; // it comes back by itself
    rest();
    after = "latest";
    due = setTimeout(() => { due = null; follow(); }, LATER);
  };
  if (missed || after === "latest") lookAgain(0); // `latest`: what came in between was told to nobody
  expect();
}

function rest() {
  source?.close();
  source = null;
  clearTimeout(due);
  due = null;
}

function lookAgain(wait) {
  due ??= setTimeout(look, Math.max(wait, earliest - performance.now()));
}

// A write that is under way says itself when to look again.
function expect() {
  const open = main.querySelector("[data-every]");
  if (open) lookAgain(Number(open.dataset.every));
}

async function look() {
  due = null;
  if (looking) return lookAgain(SOON); // it may be of before the news
  looking = true;
  missed = false;
  const began = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("main");
    if (answer.ok && !answer.redirected && next) show(page, next);
    else say(news.dataset.waiting, true);
  } catch {
    missed = true; // the node is away: the stream may come back and tell nothing anew
  }
  looking = false;
  earliest = performance.now() + REST * (performance.now() - began);
  if (document.hidden) return;
  expect();
  if (missed) lookAgain(LATER);
}

function show(page, next) {
  dress(next);
  if (morph) change(acting, page.querySelector(".acting"));
  const before = textOf(main);
  if (!morph || isTypedInto()) {
    if (textOf(next) !== before) say(news.dataset.waiting, true);
    return;
  }
  change(main, next);
  if (document.title !== page.title) document.title = page.title;
  if (textOf(main) !== before) say(news.dataset.changed, false);
}

function change(part, next) {
  const fragment = document.createDocumentFragment();
  fragment.append(...next.childNodes);
  morph(part, fragment, true);
}

// Without captions: as of which block a list is, is no news.
function textOf(part) {
  const captions = [...part.querySelectorAll("caption")];
  return captions.reduce((text, one) => text.replace(one.textContent, ""), part.textContent);
}

function say(text, visible) {
  news.classList.toggle("quiet", !visible);
  news.replaceChildren(`${text} `);
  if (!visible) return;
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = news.dataset.again;
  news.append(link);
}

function isTypedInto() {
  const fields = main.querySelectorAll("input:not([type=hidden]), textarea, select");
  return [...fields].some((field) => !field.closest("[hx-morph-skip]") && isTyped(field));
}

function isTyped(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const chosen = [...field.options].filter((one) => one.defaultSelected);
  const usual = chosen.length || field.multiple ? chosen : [field.options[0]];
  return [...field.options].some((one) => one.selected !== usual.includes(one));
}
