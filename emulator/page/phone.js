// Phones in a page: one long poll for all of them, everything else a plain request to /sim/.
"use strict";

const asked = new URLSearchParams(location.search);
const startCode = asked.get("start") ?? "";
const phones = new Map();
const memory = `phones${location.search}`;
let botName = "the bot";
let botDescription = "";

async function call(path, given) {
  const how = given === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) };
  const answer = await fetch(path, how);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? "That did not work.");
  return value;
}

function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// --- One phone -------------------------------------------------------------------------------------------------------

class Phone {
  constructor(person) {
    this.person = person;
    this.seq = 0;
    this.loaded = false;
    this.shown = new Map();
    const root = document.querySelector("#phone").content.firstElementChild.cloneNode(true);
    this.root = root;
    this.chat = root.querySelector(".chat");
    this.toast = root.querySelector(".toast");
    this.typing = root.querySelector(".typing");
    this.keyboard = root.querySelector(".keyboard");
    this.box = root.querySelector("textarea");
    this.label(root);
    this.listen(root);
    this.showFoot();
    document.querySelector(".phones").append(root);
  }

  label(root) {
    const { id, first_name: name } = this.person;
    const heading = root.querySelector(".owner");
    heading.textContent = `${name}’s phone`;
    heading.id = `owner-${id}`;
    root.setAttribute("aria-labelledby", heading.id);
    root.dataset.person = id;
    root.querySelector(".with").textContent = botName;
    this.chat.setAttribute("aria-label", `${name}’s chat with ${botName}`);
    root.querySelector(".description").textContent = botDescription;
    this.box.id = `box-${id}`;
    root.querySelector(".write label").htmlFor = this.box.id;
  }

  listen(root) {
    root.querySelector(".start").addEventListener("click", () => this.act("start", { payload: startCode }, true));
    root.querySelector(".unblock").addEventListener("click", () => this.setBlocked(false));
    root.querySelector(".write").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    });
    root.querySelector(".ok").addEventListener("click", () => this.hideToast());
    root.querySelector(".choices").addEventListener("click", (event) => this.choose(event.target));
    root.querySelector(".more").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closeMore();
    });
  }

  async act(what, given, focusBox = false) {
    try {
      await call(`/sim/people/${this.person.id}/${what}`, given);
      this.person.started = true;
      this.showFoot();
      if (focusBox) this.chat.focus();
    } catch (problem) {
      this.showToast(problem.message, false);
    }
  }

  async send() {
    const text = this.box.value;
    if (!text.trim()) return;
    this.box.value = "";
    await this.act("send", { text });
  }

  choose(button) {
    if (button.dataset.send) this.act("send", { kind: button.dataset.send });
    if (button.dataset.act === "block") this.setBlocked(true);
    this.closeMore();
  }

  closeMore() {
    const more = this.root.querySelector(".more");
    more.open = false;
    more.querySelector("summary").focus();
  }

  async setBlocked(blocked) {
    await this.act(blocked ? "block" : "unblock", {});
    this.person.blocked = blocked;
    this.showFoot();
  }

  showFoot() {
    const { started, blocked } = this.person;
    this.root.querySelector(".unblock").hidden = !blocked;
    this.root.querySelector(".start").hidden = blocked || started;
    this.root.querySelector(".write").hidden = blocked || !started;
  }

  // --- What is seen ---

  update(view) {
    // Two requests may bring the same events; each is heard once.
    const news = this.loaded ? view.events.filter((event) => event.seq > this.seq) : [];
    const first = !this.loaded;
    if (!first && view.seq < this.seq) return;
    this.loaded = true;
    const atEnd = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 80;
    const follows = first || atEnd || this.chat.scrollTop === this.leftAt;
    this.seq = view.seq;
    this.person = view.person;
    this.showFoot();
    this.showMessages(view.messages);
    this.showKeyboard(view.reply_keyboard);
    for (const event of news) this.hear(event);
    if (follows) this.showNewest();
  }

  // The end of the chat; of a message taller than the phone, its beginning: that is where the question stands.
  showNewest() {
    const newest = [...this.chat.querySelectorAll(".message")].pop();
    const tall = newest && newest.offsetHeight > this.chat.clientHeight;
    this.chat.scrollTop = tall ? newest.offsetTop - 8 : this.chat.scrollHeight;
    this.leftAt = this.chat.scrollTop;
  }

  hear(event) {
    if (event.type === "toast") this.showToast(event.text, event.alert);
    if (event.type === "toast" || event.type === "answered") this.settle(event.query_id);
    if (event.type === "message") this.typing.hidden = true;
    if (event.type === "action") this.showTyping();
  }

  showMessages(messages) {
    this.root.querySelector(".description").hidden = !botDescription || messages.length > 0;
    const ids = new Set(messages.map((message) => message.message_id));
    for (const [id, shown] of this.shown) {
      if (!ids.has(id)) { this.keepFocus(shown.element); shown.element.remove(); this.shown.delete(id); }
    }
    for (const message of messages) {
      const version = JSON.stringify(message);
      const shown = this.shown.get(message.message_id);
      if (shown?.version === version) continue;
      const element = this.draw(message);
      if (shown) { this.keepFocus(shown.element); shown.element.replaceWith(element); } else this.chat.append(element);
      this.shown.set(message.message_id, { element, version });
    }
  }

  // When a button that has the focus goes, the focus stays in the chat.
  keepFocus(element) {
    if (element.contains(document.activeElement)) this.chat.focus();
  }

  draw(message) {
    const mine = message.from === "me";
    const element = make("div", mine ? "message me" : "message");
    const bubble = make("div", "bubble");
    bubble.append(make("span", "unseen", mine ? `${message.name}: ` : `${botName}: `));
    if (message.picture) bubble.append(this.drawPicture(message));
    else if (message.attachment) bubble.append(make("p", "attached", NAMES[message.attachment] ?? message.attachment));
    if (message.text) {
      const text = make("div", "text");
      text.dir = "auto";
      this.fill(text, message.text, 0, message.text.length, message.entities);
      bubble.append(text);
    }
    const clock = new Date(message.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    bubble.append(make("span", "time", message.edited ? `changed, ${clock}` : clock));
    element.append(bubble);
    if (message.buttons.length) element.append(this.drawButtons(message));
    return element;
  }

  // The caption stands beneath as text: an alt with the same words would be read out twice.
  drawPicture(message) {
    const picture = make("img", "picture");
    picture.alt = message.text ? "A picture, described below" : "A picture without a description";
    picture.src = `/sim/files/${encodeURIComponent(message.picture)}`;
    picture.addEventListener("load", () => { if (this.chat.scrollTop === this.leftAt) this.showNewest(); });
    return picture;
  }

  // Entities come outer ones first and never cross; offsets are in UTF-16 units, as in JavaScript.
  fill(parent, text, start, end, entities) {
    let at = start;
    for (let index = 0; index < entities.length; index += 1) {
      const entity = entities[index];
      const stop = entity.offset + entity.length;
      if (entity.offset < at) continue;
      parent.append(text.slice(at, entity.offset));
      const inner = entities.slice(index + 1).filter((other) => other.offset >= entity.offset && other.offset + other.length <= stop);
      const element = this.mark(entity, text.slice(entity.offset, stop));
      if (!element.textContent) this.fill(element, text, entity.offset, stop, inner);
      parent.append(element);
      at = stop;
    }
    parent.append(text.slice(at, end));
  }

  mark(entity, words) {
    if (entity.type === "bot_command") {
      const button = make("button", "command", words);
      button.type = "button";
      button.addEventListener("click", () => this.act("send", { text: words }));
      return button;
    }
    if (entity.type === "url" || entity.type === "text_link") return link(entity.url ?? words, "");
    if (entity.type === "spoiler") {
      const cover = make("span", "spoiler");
      cover.tabIndex = 0;
      cover.role = "button";
      cover.ariaLabel = "Hidden words. Press to show.";
      const open = () => { cover.classList.add("open"); cover.removeAttribute("role"); cover.removeAttribute("aria-label"); };
      cover.addEventListener("click", open);
      cover.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
      return cover;
    }
    return make(TAGS[entity.type] ?? "span");
  }

  drawButtons(message) {
    const rows = make("div", "rows");
    rows.role = "group";
    rows.ariaLabel = "Answers";
    for (const row of message.buttons) {
      const line = make("div", "row");
      for (const button of row) line.append(this.drawButton(message, button));
      rows.append(line);
    }
    return rows;
  }

  drawButton(message, button) {
    if (button.url) {
      const opener = link(button.url, `button ${button.style ?? ""}`);
      opener.textContent = button.label;
      opener.append(make("span", "unseen", " (opens a new tab)"));
      return opener;
    }
    const element = make("button", button.style ?? "", button.label);
    element.type = "button";
    element.dir = "auto";
    element.addEventListener("click", () => {
      if (button.copy) { navigator.clipboard?.writeText(button.copy); this.showToast("Copied", false); } else this.tap(message, button, element);
    });
    return element;
  }

  async tap(message, button, element) {
    if (element.ariaBusy === "true") return;
    element.ariaBusy = "true";
    try {
      const { query_id: query } = await call(`/sim/people/${this.person.id}/tap`, { message_id: message.message_id, data: button.data });
      element.dataset.query = query;
      // Telegram's own apps stop waiting too; the person may tap again.
      setTimeout(() => this.settle(query), 10000);
    } catch (problem) {
      element.ariaBusy = "false";
      this.showToast(problem.message, false);
    }
  }

  settle(query) {
    for (const button of this.chat.querySelectorAll("[data-query]")) if (button.dataset.query === query) button.ariaBusy = "false";
  }

  showKeyboard(rows) {
    const version = JSON.stringify(rows);
    if (this.keyboard.dataset.version === version) return;
    this.keyboard.dataset.version = version;
    this.keyboard.hidden = !rows.length;
    this.keyboard.replaceChildren(...rows.map((row) => {
      const line = make("div", "row");
      for (const label of row) {
        const button = make("button", "", label);
        button.type = "button";
        button.addEventListener("click", () => this.act("send", { text: label }));
        line.append(button);
      }
      return line;
    }));
  }

  showToast(text, stays) {
    clearTimeout(this.toastEnds);
    this.toast.querySelector(".said").textContent = text;
    this.toast.querySelector(".ok").hidden = !stays;
    this.toast.hidden = false;
    if (stays) this.toast.querySelector(".ok").focus();
    else this.toastEnds = setTimeout(() => this.hideToast(), 6000);
  }

  hideToast() {
    this.keepFocus(this.toast);
    this.toast.hidden = true;
  }

  showTyping() {
    clearTimeout(this.typingEnds);
    this.typing.hidden = false;
    this.typingEnds = setTimeout(() => { this.typing.hidden = true; }, 5000);
  }
}

function link(address, className) {
  const element = make("a", className, "");
  const safe = /^(https?|tg|mailto):/i.test(address) ? address : `http://${address}`;
  element.href = safe;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

// --- The page --------------------------------------------------------------------------------------------------------

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
  document.body.classList.toggle("one", asked.has("person") || asked.get("phones") === "1");
  document.querySelector(".add").addEventListener("submit", async (event) => {
    event.preventDefault();
    const phone = await addPhone({ language_code: new FormData(event.target).get("language") });
    phone.root.scrollIntoView({ block: "nearest" });
    phone.root.querySelector(".start").focus();
  });
  follow();
}

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", date_time: "time",
};
const NAMES = {
  photo: "a photo", voice: "a voice message", document: "a document", sticker: "a sticker", contact: "a contact",
  location: "a place", video: "a video", poll: "a poll", dice: "a dice",
};

open();
