// Buttons that copy, print, ask before, tick all; controls that send their form on change.
import { announce, element, say } from "./words.js";

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  const text = "value" in source ? source.value : source.innerText;
  try {
    await navigator.clipboard.writeText(text.trim());
    show(button, say("copied"));
  } catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    show(button, document.execCommand?.("copy") ? say("copied") : say("notCopied"));
  }
}

function show(button, text) {
  announce(text);
  button.parentElement.querySelector(".v-copied")?.remove();
  const note = element("span", "v-copied v-small v-2", text);
  button.after(note);
  setTimeout(() => note.remove(), 4000);
}

// One dialogue for all; the form is sent, or the link followed, only on yes.
function ask(question, then) {
  const dialog = element("dialog", "v-dialog");
  const actions = element("div", "v-actions");
  const no = element("button", "btn", say("no"));
  const yes = element("button", "btn btn-primary", say("yes"));
  const words = element("p", "v-strong", question);
  words.id = "v-question";
  dialog.setAttribute("aria-labelledby", words.id);
  no.type = yes.type = "button";
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => {
    dialog.close();
    then();
  });
  dialog.addEventListener("close", () => dialog.remove());
  actions.append(no, yes);
  dialog.append(words, actions);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}

function confirmSubmit(event) {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(question, () => {
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter ?? undefined);
    delete form.dataset.confirmed;
  });
}

function clicked(event) {
  const button = event.target.closest("[data-copy], [data-print], a[data-confirm]");
  if (!button) return;
  if (button.matches("[data-copy]")) {
    event.preventDefault();
    copy(button);
  } else if (button.matches("[data-print]")) {
    event.preventDefault();
    window.print();
  } else {
    event.preventDefault();
    ask(button.dataset.confirm, () => window.location.assign(button.href));
  }
}

function changed(event) {
  const control = event.target;
  if (control.matches("[data-select-all]")) {
    // Boxes may stand outside their form and name it by the form attribute.
    for (const box of control.form?.elements ?? document.querySelectorAll("input")) {
      const one = box.type === "checkbox" && box.name === control.dataset.selectAll;
      if (one && box.checkVisibility?.() !== false) box.checked = control.checked;
    }
  } else if (control.matches("[data-submit]")) {
    control.form?.requestSubmit();
  }
}

export function startButtons() {
  for (const spare of document.querySelectorAll("[data-hide-with-script]")) spare.hidden = true;
  for (const button of document.querySelectorAll("[data-print], [data-copy]")) {
    button.hidden = false;
  }
  document.querySelector("[data-focus]")?.focus();
  document.addEventListener("click", clicked);
  document.addEventListener("change", changed);
  document.addEventListener("submit", confirmSubmit, true);
  document.addEventListener("htmx:afterSwap", (event) => {
    event.detail.target?.querySelector?.("[data-focus]")?.focus();
  });
  document.addEventListener("htmx:confirm", (event) => {
    const question = event.detail.elt.dataset?.confirm;
    if (!question || event.detail.triggeringEvent?.type === "submit") return;
    event.preventDefault();
    ask(question, () => event.detail.issueRequest(true));
  });
}
