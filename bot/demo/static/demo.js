// Keeps the words of the page up to date, and works the controls without loading the page anew.
"use strict";

const EVERY = 1000;
const PATIENCE = 5000;

const show = document.body.dataset.show;
const results = document.getElementById("results");
const second = document.getElementById("second");
const plug = document.getElementById("plug");
const lost = document.querySelector(".lost");
let wasUp = document.body.dataset.up === "1";
let resultsCame = wasUp;

async function renew() {
  const answer = await fetch(`/now?show=${show}`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const now = await answer.json();
  for (const place of document.querySelectorAll("[data-now]")) {
    if (place.textContent !== now[place.dataset.now]) place.textContent = now[place.dataset.now];
  }
  const bar = document.querySelector("progress");
  if (bar) {
    bar.max = now.invited;
    bar.value = now.finished;
  }
  plug.ariaDisabled = String(!now.up);
  // The page of results renews itself and lives through a power cut; only if it never came must it be fetched again.
  if (now.up && !wasUp && !resultsCame) { results.src = results.src; resultsCame = true; }
  wasUp = now.up;
}

async function go() {
  try {
    await renew();
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
  setTimeout(go, EVERY);
}

for (const form of document.forms) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button.ariaDisabled === "true") return;
    try {
      await fetch(button.getAttribute("formaction") ?? form.action, { method: "POST", redirect: "manual" });
      await renew();
    } catch {
      lost.hidden = false;
    }
  });
}

document.getElementById("look")?.addEventListener("click", () => { results.src = results.src; });

document.getElementById("add").addEventListener("click", (event) => {
  second.hidden = !second.hidden;
  if (!second.src) second.src = second.dataset.src;
  event.target.ariaExpanded = String(!second.hidden);
  event.target.textContent = second.hidden ? "Add a second phone" : "Hide the second phone";
  document.body.classList.toggle("two", !second.hidden);
  if (!second.hidden) second.scrollIntoView({ block: "nearest" });
});

go();
