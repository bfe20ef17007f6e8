// Times in the reader's zone and language, with UTC beside; and a button to copy each `<code data-copy>`.

const copied = document.getElementById("copied");
const texts = copied.dataset;
const language = document.documentElement.lang;
const here = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const zone = new Intl.DateTimeFormat(language, { timeZoneName: "short" });
const isUtc = here.resolvedOptions().timeZone === "UTC";

// In a document, or in a part of one that is about to be shown.
export function dress(root) {
  if (!isUtc) root.querySelectorAll("time[datetime]").forEach(tell);
  if (navigator.clipboard) root.querySelectorAll("code[data-copy]").forEach(offer); // over TLS, or on this machine
}

function tell(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf()) || !time.dateTime.includes("T") || time.querySelector(".utc")) return;
  const utc = time.ownerDocument.createElement("span");
  utc.className = "utc";
  utc.append(...time.childNodes, " UTC");
  const name = zone.formatToParts(at).find((part) => part.type === "timeZoneName").value;
  time.append(`${here.format(at)} ${name} `, utc);
}

function offer(code) {
  if (code.nextElementSibling?.classList.contains("copy")) return;
  const button = code.ownerDocument.createElement("button");
  button.type = "button";
  button.className = "copy";
  code.after(" ", button);
  label(button, texts.copy);
}

function label(button, text) {
  button.textContent = text;
  button.setAttribute("aria-label", `${text}: ${button.previousElementSibling.textContent.trim().slice(0, 40)}`);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button.copy");
  if (!button) return;
  await navigator.clipboard.writeText(button.previousElementSibling.textContent);
  label(button, texts.copied);
  copied.textContent = texts.copied;
  setTimeout(() => {
    if (button.isConnected) label(button, texts.copy);
    copied.textContent = ""; // so that the next one is said too
  }, 2000);
});
