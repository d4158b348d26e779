// Beside the phones: trouble to make, the clock to move, and what the bot did lately.
"use strict";

const lately = [];
let heardUpTo = 0;

async function openPanel() {
  const panel = document.querySelector(".panel");
  panel.hidden = false;
  const wide = matchMedia("(min-width: 64rem)");
  const fit = () => { panel.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
  panel.querySelector(".troubles").append(...TROUBLES.map(drawTrouble));
  panel.querySelector(".clear").addEventListener("click", () => tell("Trouble is over.", clearTrouble()));
  panel.querySelector("#pace").addEventListener("change", (event) => tell(
    event.target.checked ? "What comes too fast is refused." : "What comes too fast is only counted.", call("/sim/limits", { enforce: event.target.checked }),
  ));
  panel.querySelector(".moves").append(...MOVES.map(([label, seconds]) => makeButton("", label, () => tell(`The clock went on by ${label}.`, move(seconds)))));
  await Promise.all([showFaults(), showClock(), showPace()]);
  setInterval(showClock, 10000);
  setInterval(() => { if (!panel.querySelector(".none").offsetParent) showFaults(); }, 2000);
  listenIn();
}

// What a press did, or why it could not, in words that are read out.
async function tell(done, work) {
  const told = document.querySelector(".told");
  try {
    await work;
    told.textContent = done;
  } catch (problem) {
    told.textContent = problem.message;
  }
}

// --- Trouble ---

function drawTrouble({ label, about, rule }) {
  const item = make("li");
  const button = makeButton("", label, () => tell(`${label}: begun.`, makeTrouble(rule)));
  const words = make("span", "meaning", about);
  words.id = `about-${rule.kind}`;
  button.setAttribute("aria-describedby", words.id);
  item.append(button, words);
  return item;
}

async function makeTrouble(rule) {
  await call("/sim/faults", rule);
  await showFaults();
}

async function clearTrouble() {
  await call("/sim/faults", undefined, "DELETE");
  await showFaults();
}

async function showPace() {
  document.querySelector("#pace").checked = (await call("/sim/limits")).enforce;
}

async function showFaults() {
  const faults = await call("/sim/faults");
  const panel = document.querySelector(".panel");
  panel.querySelector(".none").hidden = faults.length > 0;
  panel.querySelector(".clear").hidden = !faults.length;
  const now = Date.now() / 1000 + clockAhead;
  panel.querySelector(".faults").replaceChildren(...faults.map((fault) => make("li", "", describe(fault, now))));
}

function describe(fault, now) {
  const label = TROUBLES.find((trouble) => trouble.rule.kind === fault.kind)?.label ?? fault.kind;
  const where = fault.method === "*" ? "" : ` (${fault.method})`;
  const left = [];
  if (fault.since > now) left.push(`begins in ${count(Math.ceil(fault.since - now), "second", "seconds")}`);
  if (fault.count !== null) left.push(count(fault.count, "time more", "times more"));
  if (fault.until !== null) left.push(`${count(Math.max(Math.ceil(fault.until - now), 0), "second", "seconds")} more`);
  return `${label}${where}: ${left.join(", ") || "until it is ended"}`;
}

// --- The clock ---

let clockAhead = 0;

async function move(seconds) {
  await call("/sim/clock", { advance: seconds });
  await showClock();
}

async function showClock() {
  const { now, ahead } = await call("/sim/clock");
  clockAhead = ahead;
  const shown = new Date(now * 1000).toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  document.querySelector(".now").textContent = ahead > 1 ? `${shown}, ${inWords(ahead)} ahead` : shown;
}

function inWords(seconds) {
  const hours = Math.round(seconds / 3600);
  return hours % 24 || !hours ? count(hours, "hour", "hours") : count(hours / 24, "day", "days");
}

// --- What the bot did ---

async function listenIn() {
  heardUpTo = Math.max((await call("/sim/state")).log - SHOWN, 0);
  for (;;) {
    try {
      const entries = await call(`/sim/log?after=${heardUpTo}&wait=20`);
      if (entries.length) heardUpTo = entries.at(-1).seq;
      const told = entries.map(tellEntry).filter(Boolean);
      lately.push(...told);
      lately.splice(0, Math.max(lately.length - SHOWN, 0));
      if (told.length) showLately();
    } catch {
      await pause(1000);
    }
  }
}

function showLately() {
  const list = document.querySelector(".lately");
  list.replaceChildren(...lately.toReversed().map(({ at, words, bad }) => {
    const line = make("li", bad ? "bad" : "");
    const clock = new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    line.append(make("span", "time", clock), make("span", "", bad ? `! ${words}` : words));
    return line;
  }));
  document.querySelector(".quiet").hidden = lately.length > 0;
}

// One line for an entry of the history, or nothing where it is no news.
function tellEntry(entry) {
  const words = ENTRIES[entry.what]?.(entry);
  return words && { at: entry.at, words, bad: isBad(entry) };
}

function tellCall(entry) {
  if (entry.method === "getUpdates" && entry.status === 200 && !entry.fault) return "";
  const whom = phones.get(entry.chat)?.person.first_name;
  const what = whom ? `${entry.method} to ${whom}` : entry.method;
  const unknown = entry.unknown_parameters.length ? `, unknown: ${entry.unknown_parameters.join(", ")}` : "";
  if (entry.fault) return `${what}: ${entry.applied ? "done, with trouble" : "not done, trouble"} (${entry.fault})${unknown}`;
  return `${what}: ${entry.status === 200 ? "done" : `refused, ${entry.description ?? entry.status}`}${unknown}`;
}

function isBad(entry) {
  return entry.what === "call" ? entry.status !== 200 || entry.unknown_parameters.length > 0 : entry.what !== "delivery" || !entry.accepted;
}

const SHOWN = 40;
const MOVES = [["1 hour", 3600], ["1 day", 86400], ["3 days", 259200]];
const ENTRIES = {
  call: tellCall,
  flood: (entry) => `Too fast for Telegram (${entry.rule}): ${entry.refused ? "refused" : "only counted"}`,
  dropped: () => "An update was dropped: too many wait",
  expired: (entry) => `An update (${entry.kind}) was never fetched and has expired`,
  delivery: (entry) => (entry.accepted ? "" : `Webhook: not delivered, ${entry.problem || entry.status}`),
};
const TROUBLES = [
  { label: "Asked to wait", about: "Telegram refuses the next 10 messages: too many requests, wait 5 seconds.", rule: { kind: "429", method: "sendMessage", retry_after: 5, count: 10 } },
  { label: "Line cut", about: "Nothing gets through for 30 seconds.", rule: { kind: "outage", seconds: 30 } },
  { label: "Answer lost", about: "The next 3 messages arrive, but the bot never hears so.", rule: { kind: "cut-after", method: "sendMessage", count: 3 } },
  { label: "Slow line", about: "The next 20 calls each take 3 seconds longer.", rule: { kind: "delay", seconds: 3, count: 20 } },
  { label: "Telegram broken", about: "The next 10 calls are answered with an error (502) and do nothing.", rule: { kind: "502", count: 10 } },
  { label: "Nonsense answered", about: "The next 5 messages arrive, and a web page comes back instead of an answer.", rule: { kind: "html", method: "sendMessage", count: 5 } },
];
