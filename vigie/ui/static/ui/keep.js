// Keep what is typed in forms marked data-keep="key" in this browser until the server has it.
// A key belongs to one person on one device; files and secrets are never kept. data-keep-hours="12"
// forgets sooner; a hidden control marked data-keep-too (an idempotency key) is kept with the text.
import { element, say } from "./words.js";

const PREFIX = "vigie:keep:";
const LONGEST = 14 * 24 * 3600 * 1000; // ms; older text is forgotten
const SKIPPED = new Set(["password", "file", "hidden", "submit", "button", "image", "reset"]);

const person = () => document.body.dataset.person ?? "anyone";
const place = (form) => `${PREFIX}${person()}:${form.dataset.keep}`;
const kept = (control) => "keepToo" in control.dataset || !SKIPPED.has(control.type);
const controls = (form) =>
  [...form.elements].filter((c) => c.name && kept(c) && !("noKeep" in c.dataset));
const longest = (form) => {
  const hours = Number(form.dataset.keepHours);
  return hours ? hours * 3600 * 1000 : LONGEST;
};

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // the browser's room is full or closed: typing goes on
  }
}

// Values by name; several for a group of boxes.
function typed(form) {
  const values = {};
  for (const control of controls(form)) {
    values[control.name] ??= [];
    if (["checkbox", "radio"].includes(control.type)) {
      if (control.checked) values[control.name].push(control.value);
    } else if (control.type === "select-multiple") {
      values[control.name].push(...[...control.selectedOptions].map((option) => option.value));
    } else {
      values[control.name].push(control.value);
    }
  }
  return values;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function fill(form, values) {
  const taken = {};
  for (const control of controls(form)) {
    const wanted = values[control.name];
    if (!wanted) continue;
    if (["checkbox", "radio"].includes(control.type)) {
      control.checked = wanted.includes(control.value);
    } else if (control.type === "select-multiple") {
      for (const option of control.options) option.selected = wanted.includes(option.value);
    } else {
      taken[control.name] = (taken[control.name] ?? -1) + 1;
      control.value = wanted[taken[control.name]] ?? control.value;
    }
    control.dispatchEvent(new Event("vigie:restored", { bubbles: true }));
  }
}

function notice(form, kept, original) {
  const bar = element("div", "v-kept");
  bar.setAttribute("role", "status");
  const at = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(kept.at));
  const forget = element("button", "btn btn-sm v-push", say("forget"));
  forget.type = "button";
  forget.addEventListener("click", () => {
    localStorage.removeItem(place(form));
    fill(form, original);
    bar.remove();
    controls(form)[0]?.focus();
  });
  bar.append(element("span", "", `${say("kept")} ${at}.`), forget);
  form.prepend(bar);
}

export function keep(form) {
  if ("kept" in form.dataset) return; // htmx announces the whole page too
  form.dataset.kept = "yes";
  forgetDone(form); // the form came back from the server, which has what was typed
  const original = typed(form);
  const found = read(place(form));
  const fresh = found && Date.now() - found.at < longest(form);
  if (found && !fresh) localStorage.removeItem(place(form));
  if (fresh && !same(found.values, original)) {
    fill(form, found.values);
    notice(form, found, original);
  }
  let timer;
  const save = () => {
    if ("keepForgotten" in form.dataset) return; // sent while a key was still being written
    write(place(form), { at: Date.now(), values: typed(form) });
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  });
  form.addEventListener("submit", save);
  window.addEventListener("pagehide", () => {
    if (!form.isConnected) return;
    if (!same(typed(form), original)) save();
  });
}

// The server says what it has: <… data-keep-done="key">.
function forgetDone(root) {
  for (const mark of root.querySelectorAll("[data-keep-done]")) {
    localStorage.removeItem(`${PREFIX}${person()}:${mark.dataset.keepDone}`);
  }
}

export function forget(form) {
  if (!form.dataset.keep) return;
  form.dataset.keepForgotten = "yes";
  localStorage.removeItem(place(form));
}

export function startKeeping() {
  forgetDone(document);
  for (const form of document.querySelectorAll("form[data-keep]")) keep(form);
  document.addEventListener("htmx:load", (event) => {
    const root = event.detail.elt;
    if (!root.querySelectorAll) return;
    forgetDone(root.parentElement ?? root);
    for (const form of root.querySelectorAll("form[data-keep]")) keep(form);
  });
}
