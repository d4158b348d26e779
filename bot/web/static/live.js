// Renews the figures of a page every few seconds, and leaves the reader where they are.
"use strict";

const EVERY = 5000;
const PATIENCE = 10000;

const main = document.getElementById("main");

async function renew() {
  const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  say("");
  if (fresh.innerHTML === main.innerHTML) return;
  keepPlace(() => main.replaceChildren(...document.importNode(fresh, true).childNodes));
  say("The figures were renewed.");
}

// What is new may be longer or shorter: the part that was at the top of the window stays there, and the focus too.
function keepPlace(change) {
  const held = main.contains(document.activeElement) ? nameOf(document.activeElement) : "";
  const parts = [...main.querySelectorAll("section[id]")];
  const seen = parts.find((part) => part.getBoundingClientRect().bottom > 0);
  const before = seen ? seen.getBoundingClientRect().top : 0;
  change();
  const again = seen && document.getElementById(seen.id);
  if (again) scrollBy({ top: again.getBoundingClientRect().top - before, behavior: "instant" });
  if (held) [...main.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]")].find((each) => nameOf(each) === held)?.focus({ preventScroll: true });
}

// What tells one thing from another, before and after: a button has no id, but leads somewhere and says something.
function nameOf(thing) {
  return [thing.tagName, thing.id, thing.getAttribute("href") ?? thing.form?.action, thing.textContent].join(" ");
}

function say(words) {
  const news = document.getElementById("news");
  if (news && news.textContent !== words) news.textContent = words;
}

async function go() {
  try {
    if (!document.hidden) await renew();
  } catch {
    say("The page could not be renewed. It tries again by itself.");
  }
  setTimeout(go, EVERY);
}

setTimeout(go, EVERY);
