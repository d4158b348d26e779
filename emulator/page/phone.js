// One phone: a person, their chat with the bot, and what they can do.
"use strict";

class Phone {
  constructor(person) {
    this.person = person;
    this.seq = 0;
    this.loaded = false;
    this.shown = new Map();
    this.newest = [];
    const root = document.querySelector("#phone").content.firstElementChild.cloneNode(true);
    this.root = root;
    this.chat = root.querySelector(".chat");
    this.toast = root.querySelector(".toast");
    this.typing = root.querySelector(".typing");
    this.keyboard = root.querySelector(".keyboard");
    this.box = root.querySelector("textarea");
    this.submit = root.querySelector(".write button");
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
      if (event.key === "Escape") this.stopChanging();
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
    const changed = this.changing;
    this.stopChanging();
    await this.act("send", changed ? { edit: changed, text } : { text });
  }

  // The newest text of one's own goes back into the box; sending it then changes it.
  change() {
    const mine = this.newest.filter((message) => message.from === "me" && message.text && !message.attachment).pop();
    if (!mine) { this.showToast("There is no message of yours to change.", false); return; }
    this.changing = mine.message_id;
    this.box.value = mine.text;
    this.submit.textContent = "Change";
    this.box.focus();
  }

  stopChanging() {
    this.changing = null;
    this.box.value = "";
    this.submit.textContent = "Send";
  }

  choose(button) {
    if (button.dataset.send) this.act("send", { kind: button.dataset.send });
    if (button.dataset.act === "block") this.setBlocked(true);
    this.closeMore();
    if (button.dataset.act === "change") this.change();
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
    this.newest = messages;
    const ids = new Set(messages.map((message) => message.message_id));
    for (const [id, shown] of this.shown) {
      if (!ids.has(id)) { this.keepFocus(shown.element); shown.element.remove(); this.shown.delete(id); }
    }
    for (const message of messages) {
      const version = JSON.stringify(message);
      const shown = this.shown.get(message.message_id);
      if (shown?.version === version) continue;
      const element = drawMessage(this, message);
      if (shown) { this.keepFocus(shown.element); shown.element.replaceWith(element); } else this.chat.append(element);
      this.shown.set(message.message_id, { element, version });
    }
  }

  // When a button that has the focus goes, the focus stays in the chat.
  keepFocus(element) {
    if (element.contains(document.activeElement)) this.chat.focus();
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

  async vote(message, options) {
    this.chat.focus(); // the form goes, and a focus in it with it
    await this.act("vote", { message_id: message.message_id, options });
  }

  showKeyboard(rows) {
    const version = JSON.stringify(rows);
    if (this.keyboard.dataset.version === version) return;
    this.keyboard.dataset.version = version;
    if (this.keyboard.contains(document.activeElement)) this.chat.focus();
    this.keyboard.hidden = !rows.length;
    this.keyboard.replaceChildren(...rows.map((row) => {
      const line = make("div", "row");
      line.append(...row.map((button) => this.drawKey(button)));
      return line;
    }));
  }

  drawKey({ label, asks }) {
    const shares = SHARED[asks];
    const key = makeButton("", label, () => this.act("send", shares ? { kind: asks } : { text: label }));
    if (shares) key.append(make("span", "asks", shares));
    return key;
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

const SHARED = { contact: "shares a phone number", location: "shares a place" };
