// What Cytoscape.js shows, as an SVG file with its own colours: it can be opened and printed anywhere.
const NS = "http://www.w3.org/2000/svg";
const DASHES = { solid: "none", dashed: "9 6", dotted: "2 5" };

function made(name, attributes, ...children) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function edge(one) {
  const [from, to] = [one.sourceEndpoint(), one.targetEndpoint()];
  return made("line", {
    x1: from.x, y1: from.y, x2: to.x, y2: to.y, stroke: one.style("line-color"), "stroke-width": parseFloat(one.style("width")),
    "stroke-dasharray": DASHES[one.style("line-style")],
  });
}

function outline({ x1, y1, x2, y2 }, corner) {
  const corners = [[x1 + corner, y1], [x2 - corner, y1], [x2, y1 + corner], [x2, y2 - corner], [x2 - corner, y2], [x1 + corner, y2], [x1, y2 - corner], [x1, y1 + corner]];
  return corners.map((one) => one.join(",")).join(" ");
}

function node(one, { cut, LINE }) {
  const { x, y } = one.position();
  const [width, height] = [one.width(), one.height()];
  const box = { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
  const lines = one.data("lines");
  const shape = made("polygon", {
    points: outline(box, one.data("own") ? 14 : 0), fill: one.style("background-color"), stroke: one.style("border-color"),
    "stroke-width": parseFloat(one.style("border-width")), "stroke-dasharray": DASHES[one.style("border-style")],
  });
  const texts = lines.map((line, place) =>
    made("text", { x, y: y + 4 + LINE * (place - (lines.length - 1) / 2), "text-anchor": "middle", fill: one.style("color") }, cut(line)));
  return made("g", {}, made("title", {}, lines.join(", ")), shape, ...texts);
}

export function asSvg(cy, sizes) {
  const { x1, y1, w, h } = cy.elements().boundingBox();
  const view = [x1 - 20, y1 - 20, w + 40, h + 40];
  const ground = made("rect", { x: view[0], y: view[1], width: view[2], height: view[3], fill: getComputedStyle(cy.container()).backgroundColor });
  const root = made("svg", { viewBox: view.join(" "), "font-family": "system-ui, sans-serif", "font-size": 13 }, ground);
  cy.edges().forEach((one) => root.append(edge(one)));
  cy.nodes().forEach((one) => root.append(node(one, sizes)));
  return new XMLSerializer().serializeToString(root);
}
