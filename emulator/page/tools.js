// What every part of the page uses: requests, elements, links.
"use strict";

async function call(path, given, verb) {
  const how = given === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) };
  const answer = await fetch(path, verb ? { method: verb } : how);
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

function makeButton(className, text, press) {
  const button = make("button", className, text);
  button.type = "button";
  button.addEventListener("click", press);
  return button;
}

function link(address, className) {
  const element = make("a", className, "");
  const safe = /^(https?|tg|mailto):/i.test(address) ? address : `http://${address}`;
  element.href = safe;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}
