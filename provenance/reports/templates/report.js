"use strict";
const clusters = [...document.querySelectorAll("details.cluster")];
const found = document.getElementById("found");
document.querySelector(".tools").hidden = false;
const setAll = (open) => { for (const one of clusters) one.open = open; };
document.getElementById("open").addEventListener("click", () => setAll(true));
document.getElementById("close").addEventListener("click", () => setAll(false));
document.getElementById("filter").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  let shown = 0;
  for (const one of clusters) {
    one.hidden = wanted !== "" && !one.textContent.toLowerCase().includes(wanted);
    if (!one.hidden) shown += 1;
  }
  found.textContent = wanted === "" ? "" : `${shown} of ${clusters.length}`;
});
const reveal = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
  if (target) target.scrollIntoView();
};
window.addEventListener("hashchange", reveal);
window.addEventListener("beforeprint", () => setAll(true));
reveal();
