// Shows on the phone what was typed, when a field is left; without it a button does the same.
"use strict";

const form = document.getElementById("editor");
const refresh = document.getElementById("refresh");

if (form && refresh) {
  let shown = isTouched() ? "" : state(); // somebody may type before this runs, and browsers put back what was typed
  form.addEventListener("focusout", show);
  form.addEventListener("change", show);

  function show() {
    const now = state();
    if (now === shown) return;
    shown = now;
    form.requestSubmit(refresh);
  }

  function state() {
    return new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
  }

  function isTouched() {
    return [...form.elements].some((one) => one.checked !== one.defaultChecked || (one.type !== "submit" && "defaultValue" in one && one.value !== one.defaultValue));
  }
}

for (const line of document.querySelectorAll("code[data-line]")) {
  const text = document.getElementById("text");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = `Go to line ${line.dataset.line}`;
  button.addEventListener("click", () => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line.dataset.line - 1).join("\n").length + (line.dataset.line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line.dataset.line - 1].length);
    text.scrollTop = (text.scrollHeight / lines.length) * (line.dataset.line - 3);
  });
  line.after(button);
}
