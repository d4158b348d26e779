// The page: which phones stand on it; one long poll for all of them, everything else a plain request to /sim/.
"use strict";

const asked = new URLSearchParams(location.search);
const startCode = asked.get("start") ?? "";
const phones = new Map();
const memory = `phones${location.search}`;
let botName = "the bot";
let botDescription = "";

async function follow() {
  for (;;) {
    try {
      if (!phones.size) await pause(500);
      const after = [...phones].map(([id, phone]) => `${id}:${phone.seq}`).join(",");
      const views = await call(`/sim/chats?after=${after}&wait=20`);
      for (const [id, view] of Object.entries(views)) phones.get(Number(id))?.update(view);
      document.querySelector(".lost").hidden = true;
    } catch {
      document.querySelector(".lost").hidden = false;
      await pause(1000);
    }
  }
}

async function addPhone(given) {
  const person = await call("/sim/people", given);
  return keep(person);
}

function keep(person) {
  const phone = new Phone(person);
  phones.set(person.id, phone);
  try { sessionStorage.setItem(memory, JSON.stringify([...phones.keys()])); } catch { /* a frame may have no storage */ }
  poke();
  return phone;
}

// A new phone must not wait for the running long poll to end: fetch its chat at once.
async function poke() {
  for (const [id, phone] of phones) {
    if (!phone.loaded) {
      const view = await call(`/sim/people/${id}/chat`);
      if (!phone.loaded) phone.update(view);
    }
  }
}

function remembered() {
  if (asked.has("person")) return asked.getAll("person").map(Number);
  try { return JSON.parse(sessionStorage.getItem(memory) ?? "[]"); } catch { return []; }
}

async function open() {
  const state = await call("/sim/state");
  botName = state.bot.first_name;
  botDescription = state.description;
  const wanted = remembered();
  const people = await call("/sim/people");
  for (const person of people) if (wanted.includes(person.id)) keep(person);
  if (asked.has("person") && !phones.size) {
    const lost = document.querySelector(".lost");
    lost.textContent = "There is no such phone. The local Telegram may have been started anew.";
    lost.hidden = false;
    return;
  }
  const count = asked.has("person") ? 0 : Number(asked.get("phones") ?? 2);
  while (phones.size < count) await addPhone({ language_code: asked.get("language") ?? "en" });
  const alone = asked.has("person") || asked.get("phones") === "1";
  document.body.classList.toggle("one", alone);
  if (!alone) openPanel();
  document.querySelector(".add").addEventListener("submit", async (event) => {
    event.preventDefault();
    const phone = await addPhone({ language_code: new FormData(event.target).get("language") });
    phone.root.scrollIntoView({ block: "nearest" });
    phone.root.querySelector(".start").focus();
  });
  follow();
}

open();
