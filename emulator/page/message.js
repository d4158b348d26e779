// How one message looks: its words with their marks, its picture, its buttons, its poll.
"use strict";

function drawMessage(phone, message) {
  const mine = message.from === "me";
  const element = make("div", mine ? "message me" : "message");
  const bubble = make("div", "bubble");
  bubble.append(make("span", "unseen", mine ? `${message.name}: ` : `${botName}: `));
  if (message.poll) bubble.append(drawPoll(phone, message));
  else if (message.picture) bubble.append(drawPicture(phone, message));
  else if (message.document) bubble.append(drawDocument(message.document));
  else if (message.attachment) bubble.append(make("p", "attached", NAMES[message.attachment] ?? message.attachment));
  if (message.text) {
    const text = make("div", "text");
    text.dir = "auto";
    fill(phone, text, message.text, 0, message.text.length, message.entities);
    bubble.append(text);
  }
  const clock = new Date(message.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  bubble.append(make("span", "time", message.edited ? `changed, ${clock}` : clock));
  element.append(bubble);
  if (message.buttons.length) element.append(drawButtons(phone, message));
  return element;
}

// The caption stands beneath as text: an alt with the same words would be read out twice.
function drawPicture(phone, message) {
  const picture = make("img", "picture");
  picture.alt = message.text ? "A picture, described below" : "A picture without a description";
  picture.src = `/sim/files/${encodeURIComponent(message.picture)}`;
  picture.addEventListener("load", () => { if (phone.chat.scrollTop === phone.leftAt) phone.showNewest(); });
  return picture;
}

function drawDocument(file) {
  const line = make("p", "attached");
  const opener = make("a");
  opener.href = `/sim/files/${encodeURIComponent(file.file)}`;
  opener.download = file.name;
  opener.textContent = file.name;
  opener.append(make("span", "unseen", ` (a file of ${count(Math.ceil(file.size / 1024), "kilobyte", "kilobytes")})`));
  line.append(opener);
  return line;
}

// Entities come outer ones first and never cross; offsets are in UTF-16 units, as in JavaScript.
function fill(phone, parent, text, start, end, entities) {
  let at = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const stop = entity.offset + entity.length;
    if (entity.offset < at) continue;
    parent.append(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((other) => other.offset >= entity.offset && other.offset + other.length <= stop);
    const element = mark(phone, entity, text.slice(entity.offset, stop));
    if (!element.textContent) fill(phone, element, text, entity.offset, stop, inner);
    parent.append(element);
    at = stop;
  }
  parent.append(text.slice(at, end));
}

function mark(phone, entity, words) {
  if (entity.type === "bot_command") return makeButton("command", words, () => phone.act("send", { text: words }));
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

function drawButtons(phone, message) {
  const rows = make("div", "rows");
  rows.role = "group";
  rows.ariaLabel = "Answers";
  for (const row of message.buttons) {
    const line = make("div", "row");
    for (const button of row) line.append(drawButton(phone, message, button));
    rows.append(line);
  }
  return rows;
}

function drawButton(phone, message, button) {
  if (button.url) {
    const opener = link(button.url, `button ${button.style ?? ""}`);
    opener.textContent = button.label;
    opener.append(make("span", "unseen", " (opens a new tab)"));
    return opener;
  }
  const element = makeButton(button.style ?? "", button.label, () => {
    if (button.copy) { navigator.clipboard?.writeText(button.copy); phone.showToast("Copied", false); } else phone.tap(message, button, element);
  });
  element.dir = "auto";
  return element;
}

// A poll is a small form until this person has voted or it is closed; then it shows how all voted.
function drawPoll(phone, message) {
  const { poll } = message;
  const voted = poll.options.some((option) => option.chosen);
  const form = make("form", "poll");
  const kind = poll.anonymous ? "Anonymous poll" : "Poll";
  form.append(make("p", "kind", poll.closed ? `${kind}, closed` : kind));
  const set = make("fieldset");
  const question = make("legend", "question", poll.question);
  question.dir = "auto";
  set.append(question);
  if (voted || poll.closed) set.append(...poll.options.map((option) => drawResult(poll, option)));
  else set.append(...poll.options.map((option, number) => drawOption(poll, message, phone, option, number)));
  form.append(set, make("p", "total", count(poll.total, "vote", "votes")));
  if (!poll.closed) form.append(...drawVoting(phone, message, voted));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    phone.vote(message, [...new FormData(form).getAll("option")].map(Number));
  });
  return form;
}

function drawOption(poll, message, phone, option, number) {
  const label = make("label", "option");
  const box = make("input");
  box.type = poll.multiple ? "checkbox" : "radio";
  box.name = "option";
  box.value = number;
  const words = make("span", "", option.text);
  words.dir = "auto";
  label.append(box, words);
  return label;
}

function drawResult(poll, option) {
  const result = make("div", "result");
  const words = make("span", "", `${option.text}${option.chosen ? " (your vote)" : ""}${option.right ? " (right)" : ""}`);
  words.dir = "auto";
  const bar = make("progress");
  bar.max = Math.max(poll.total, 1);
  bar.value = option.voters;
  bar.ariaLabel = `${option.text}: ${option.voters} of ${poll.total}`;
  result.append(words, make("span", "votes", String(option.voters)), bar);
  return result;
}

function drawVoting(phone, message, voted) {
  if (!voted) {
    const send = make("button", "", "Vote");
    send.type = "submit";
    return [send];
  }
  return message.poll.revocable ? [makeButton("", "Take my vote back", () => phone.vote(message, []))] : [];
}

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", date_time: "time",
};
const NAMES = {
  photo: "a photo", voice: "a voice message", document: "a document", sticker: "a sticker", contact: "a contact",
  location: "a place", video: "a video", poll: "a poll", dice: "a dice", audio: "a recording", animation: "a moving picture",
  video_note: "a video message", venue: "a place",
};
