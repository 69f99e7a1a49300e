"use strict";
const openTarget = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  const own = target && target.querySelector(":scope > details:not(.picture)");
  if (own) own.open = true;
};
addEventListener("hashchange", openTarget);
openTarget();

const enlarged = () => document.querySelector(".picture[open]");
addEventListener("toggle", (event) => {
  if (event.target.matches(".picture[open]"))
    for (const other of document.querySelectorAll(".picture[open]")) if (other !== event.target) other.open = false;
}, true);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && enlarged()) enlarged().open = false;
});

addEventListener("beforeprint", () => {
  if (enlarged()) enlarged().open = false;
  for (const step of document.querySelectorAll(".step > details")) step.open = true;
});

for (const box of document.querySelectorAll(".find")) {
  box.hidden = false;
  const rows = box.closest("section").querySelectorAll("tbody tr");
  box.querySelector("input").addEventListener("input", (event) => {
    const wanted = event.target.value.normalize("NFKC").toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.normalize("NFKC").toLowerCase().includes(wanted);
  });
}
