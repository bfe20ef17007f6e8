// A file that is dropped anywhere on the page is chosen as the bundle; one that is too large is said before it is sent.
const form = document.querySelector("form.drop");
const bundle = form.elements.bundle;
const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!files(event)) return;
    event.preventDefault();
    form.classList.toggle("over", kind === "dragenter" || kind === "dragover");
  });
}
document.addEventListener("drop", (event) => {
  if (!files(event) || event.dataTransfer.files.length !== 1) return;
  bundle.files = event.dataTransfer.files;
  bundle.dispatchEvent(new Event("change"));
  bundle.focus();
});
bundle.addEventListener("change", () => {
  const large = bundle.files[0]?.size > Number(bundle.dataset.most);
  bundle.setCustomValidity(large ? document.getElementById("bundle-help").textContent : "");
  if (large) bundle.reportValidity();
});
